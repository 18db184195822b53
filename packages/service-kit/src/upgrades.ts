import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

interface Upgrade {
  socket: Socket;
  /** What came behind the request already. */
  head: Buffer;
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/**
 * Sends requests for another protocol through the routes as every other: so they meet the same authentication and
 * limits, and a refusal is the same problem+json. What no route took ends with its answer.
 */
export function routeUpgrades(app: Pick<FastifyInstance, "server" | "routing">): void {
  app.server.on("upgrade", (request: IncomingMessage, stream, head: Buffer) => {
    const socket = stream as Socket; // Node's HTTP server has no other
    // Node lets go of a socket that it hands over.
    socket.on("error", () => socket.destroy());
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    try {
      response.assignSocket(socket);
    } catch {
      // A request before it on the connection is not answered yet, and Node has given up reading: there is no order to keep.
      socket.destroy();
      return;
    }
    upgrades.set(request, { socket, head });
    response.on("finish", () => socket.end());
    app.routing(request, response);
  });
}

/** Takes the connection out of HTTP's hands; null where the request asks for no other protocol. The caller answers. */
export function takeUpgrade(request: FastifyRequest, reply: FastifyReply): Upgrade | null {
  const upgrade = upgrades.get(request.raw) ?? null;
  if (upgrade === null) return null;
  upgrades.delete(request.raw);
  reply.hijack();
  reply.raw.detachSocket(upgrade.socket);
  return upgrade;
}

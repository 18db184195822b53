import type { IncomingMessage } from "node:http";
import {
  MAX_WS_MESSAGE_BYTES,
  Reconnect,
  refusedWith,
  StreamQuery,
  WsError,
  WsRequest,
  WsState,
} from "@lectern/contracts";
import { type App, ProblemError, takeUpgrade } from "@lectern/service-kit";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { WebSocketServer } from "ws";
import { admit, wantsEnglish } from "../answer.ts";
import type { PushDependencies } from "../push/push.ts";
import { WsClient } from "../push/ws-client.ts";
import { expiryOf } from "./open-stream.ts";
import { streamRefusals, TOKEN_OR_TICKET } from "./poll-responses.ts";

const schema = {
  operationId: "openProgressWebSocket",
  tags: ["Streams"],
  security: TOKEN_OR_TICKET,
  summary: "WebSocket: follow many videos and jobs on one connection",
  description: [
    "Opened by a WebSocket handshake, version 13. Text messages, one JSON object each: the client sends `WsRequest`, the",
    "service `WsState`, `WsError` and `Reconnect` (`x-messages` names them). A subscription brings the present state at",
    "once, then each change, at most four a second, and is over after a final state. At most 1,000 subscriptions a",
    "connection and 64 KiB a message; ten subscriptions count as one poll. A message that cannot be used is answered by",
    "`WsError`, and everything else goes on. It closes with 1012 (come back after `retry_ms`), 4401 (the token has ended:",
    "get a new one) or 1009 (too long a message).",
  ].join("\n"),
  querystring: StreamQuery,
  requestHeaders: ["Accept-Language"],
  response: {
    101: Type.Null({ description: "The connection is a WebSocket from here on" }),
    ...streamRefusals,
    ...refusedWith("UPGRADE_REQUIRED"),
  },
  "x-messages": { client: WsRequest, server: { oneOf: [WsState, WsError, Reconnect] } },
};

/** Which requests for another protocol the service takes. */
export function takesWebSocket(request: IncomingMessage): boolean {
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  const asked = request.method === "GET" && /^websocket$/i.test(request.headers.upgrade ?? "");
  return asked && /^(\/api\/v1)?\/progress\/ws\/?$/.test(path);
}

/** What `ws` would refuse by an answer of its own, without CORS headers. */
function isHandshake({ headers }: FastifyRequest): boolean {
  const { "sec-websocket-key": key, "sec-websocket-version": version } = headers;
  return /^[+/0-9A-Za-z]{22}==$/.test(String(key)) && (version === "13" || version === "8");
}

export function websocketRoute(app: App, push: PushDependencies): void {
  // No compression: its windows take more memory than all the rest of a client.
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_WS_MESSAGE_BYTES,
    // Its own answers to pings would pile up behind a client that takes nothing.
    autoPong: false,
  });
  app.get("/progress/ws", { schema }, (request, reply) => {
    admit(request, push.polls, 1);
    push.connections.admit(request.tenantId);
    const upgrade = isHandshake(request) ? takeUpgrade(request, reply) : null;
    if (upgrade === null) {
      reply.header("upgrade", "websocket").header("sec-websocket-version", "13");
      throw new ProblemError("UPGRADE_REQUIRED", "Open it as a WebSocket, version 13.");
    }
    const { socket, head } = upgrade;
    const { tenantId } = request;
    const claims = request.claims ?? {};
    const [language, expiresAt] = [wantsEnglish(request) ? "english" : "korean", expiryOf(request)] as const;
    server.handleUpgrade(request.raw, socket, head, (ws) => {
      const client = new WsClient({
        ws,
        socket,
        tenantId,
        language,
        expiresAt,
        metrics: push.metrics,
        followed: push.followed,
        take: (cost) => push.polls.limits.take(claims, tenantId, cost),
      });
      // Broken frames and those that are too long: ws closes the connection with the code that says so.
      ws.on("error", () => {});
      ws.on("ping", (data) => client.pong(data));
      ws.on("message", (data, isBinary) => client.hear(data, isBinary));
      push.connections.add(client);
    });
  });
}

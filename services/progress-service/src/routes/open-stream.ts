import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { wantsEnglish } from "../answer.ts";
import { drawRetryMs } from "../push/connections.ts";
import type { PushDependencies } from "../push/push.ts";
import type { SseClientOptions } from "../push/sse-client.ts";

/** As much as is forgiven when a token is verified. */
const CLOCK_SKEW_MS = 60_000;

const HEAD = [
  "HTTP/1.1 200 OK",
  "content-type: text/event-stream; charset=utf-8",
  "cache-control: no-cache, no-transform",
  // Ends with the connection: so the same bytes can be written to all clients, without a length of each chunk.
  "connection: close",
  // nginx buffers answers otherwise.
  "x-accel-buffering: no",
];

/** When the stream of this request ends for want of a valid token, epoch milliseconds. */
export function expiryOf(request: FastifyRequest): number {
  return (request.claims?.exp ?? 0) * 1000 + CLOCK_SKEW_MS;
}

/**
 * Takes the connection out of the framework's hands and begins a text/event-stream on it. Only its head is the client's
 * own; what it is sent is everybody's.
 */
export function openStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { connections, metrics }: PushDependencies,
  makeClient: (options: SseClientOptions) => { start: () => void } & Parameters<typeof connections.add>[0],
): void {
  const { socket } = request.raw;
  reply.hijack();
  socket.setNoDelay(true);
  socket.cork();
  socket.write(headOf(reply));
  const client = makeClient({
    socket,
    tenantId: request.tenantId,
    language: wantsEnglish(request) ? "english" : "korean",
    expiresAt: expiryOf(request),
    metrics,
  });
  connections.add(client);
  client.start();
  process.nextTick(uncork, socket);
}

function uncork(socket: Socket): void {
  socket.uncork();
}

/** With what the hooks have set (CORS), and a time to come back after that is the client's own. */
function headOf(reply: FastifyReply): string {
  const headers = Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
    value === undefined || name === "connection" ? [] : [`${name}: ${String(value)}`],
  );
  return `${[...HEAD, `date: ${new Date().toUTCString()}`, ...headers].join("\r\n")}\r\n\r\nretry: ${drawRetryMs()}\n\n`;
}

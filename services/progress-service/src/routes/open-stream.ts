import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { wantsEnglish } from "../answer.ts";
import { drawRetryMs } from "../push/connections.ts";
import type { PushDependencies } from "../push/push.ts";
import type { SseClientOptions } from "../push/sse-client.ts";

/** As much as is forgiven when a token is verified. */
const CLOCK_SKEW_MS = 60_000;

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  // Ends with the connection: so the same bytes can be written to all clients, without a length of each chunk.
  connection: "close",
  // nginx buffers answers otherwise.
  "x-accel-buffering": "no",
};

/** When the stream of this request ends for want of a valid token, epoch milliseconds. */
export function expiryOf(request: FastifyRequest): number {
  return (request.claims?.exp ?? 0) * 1000 + CLOCK_SKEW_MS;
}

/** HEAD of a stream: what its GET would begin with. */
export function sendStreamHead(reply: FastifyReply): void {
  reply.headers(HEADERS).send();
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
  const { tenantId } = request;
  const [language, expiresAt] = [wantsEnglish(request) ? "english" : "korean", expiryOf(request)] as const;
  const head = headOf(reply);
  const begin = (): void => {
    socket.setNoDelay(true);
    socket.cork();
    socket.write(head);
    const client = makeClient({ socket, tenantId, language, expiresAt, metrics });
    connections.add(client);
    client.start();
    process.nextTick(uncork, socket);
  };
  const { raw } = reply;
  reply.hijack();
  // Requests before it on the same connection are still to be answered: Node gives it the socket when they are.
  if (raw.socket === null) raw.once("socket", begin);
  else begin();
}

function uncork(socket: Socket): void {
  socket.uncork();
}

/** With what the hooks have set (CORS), and a time to come back after that is the client's own. */
function headOf(reply: FastifyReply): string {
  const date = new Date().toUTCString();
  const lines = Object.entries({ ...reply.getHeaders(), ...HEADERS, date }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${String(value)}`],
  );
  return `HTTP/1.1 200 OK\r\n${lines.join("\r\n")}\r\n\r\nretry: ${drawRetryMs()}\n\n`;
}

import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** What a chosen request meets instead of its answer. */
export type Fault =
  /** This status, with an error as a store words it. */
  | { status: number; retryAfter?: number }
  /** The answer's headers and this much of its body; then nothing more, or the end of the connection. */
  | { answerBytes: number; end: "hang" | "cut" }
  /** The connection ends, or nothing more is read, once the first bytes of the request's body are there. */
  | { request: "hang" | "cut" };

export interface SeenRequest {
  method: string;
  /** Of the object, or of the bucket where a listing is asked for. */
  path: string;
  headers: http.IncomingHttpHeaders;
}

export interface FaultyStore {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** Connections open now. */
  connections(): number;
  /** Asked at each request; null lets it through. */
  faultOf: (request: SeenRequest) => Fault | null;
  close(): Promise<void>;
}

/**
 * A proxy before the real store that chooses its faults by request; the Host header, which is signed, stays. Its answers
 * carry a Date, as those of R2 do and those of the local store do not.
 */
export async function startFaultyStore(endpoint: string): Promise<FaultyStore> {
  const target = new URL(endpoint);
  const seen: SeenRequest[] = [];
  let open = 0;
  // Ends no idle connection: that is for the client to do, or a request could meet the end.
  const server = http.createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const { headers, method = "", url = "" } = request;
    const facts = { method, path: decodeURIComponent(new URL(url, endpoint).pathname), headers };
    seen.push(facts);
    const fault = proxy.faultOf(facts);
    request.on("error", () => {});
    response.on("error", () => {});
    if (fault !== null && "request" in fault) {
      request.once("data", () => (fault.request === "cut" ? request.socket.resetAndDestroy() : request.pause()));
      return;
    }
    if (fault !== null && "status" in fault) {
      request.resume();
      if (fault.retryAfter !== undefined) response.setHeader("retry-after", fault.retryAfter);
      response.writeHead(fault.status, { "content-type": "application/xml" });
      response.end("<Error><Code>SlowDown</Code><Message>later</Message></Error>");
      return;
    }
    const { hostname: host, port } = target;
    // A connection each: one that was used before may be closed by the store at the moment that it is used again.
    const to = { host, port, method, path: url, headers, setHost: false, agent: false as const };
    // Read to its end whatever becomes of who asked: the local store may stop answering anybody, for good, where a
    // listing is broken off (one of some thousands).
    let arrived: http.IncomingMessage | undefined;
    const onward = http.request(to, (answer) => {
      arrived = answer;
      if (response.destroyed) return void answer.resume();
      response.writeHead(answer.statusCode ?? 502, { date: new Date().toUTCString(), ...answer.headers });
      if (fault === null) answer.pipe(response);
      // Who asked may be gone before the first byte: then there is nobody to answer.
      else answerInPart(answer, response, fault).catch(() => response.destroy());
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => (request.complete ? arrived?.resume() : onward.destroy()));
    request.pipe(onward);
  });
  server.on("connection", (socket) => {
    open += 1;
    socket.on("close", () => {
      open -= 1;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  const proxy: FaultyStore = {
    url: url.href,
    seen,
    connections: () => open,
    faultOf: () => null,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return proxy;
}

async function answerInPart(
  answer: http.IncomingMessage,
  response: http.ServerResponse,
  fault: { answerBytes: number; end: "hang" | "cut" },
): Promise<void> {
  let left = fault.answerBytes;
  response.flushHeaders();
  for await (const chunk of answer.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    await new Promise<void>((sent) => response.write(chunk.subarray(0, left), () => sent()));
    left -= Math.min(left, chunk.length);
    if (left === 0) break;
  }
  answer.resume();
  if (fault.end === "cut") response.socket?.end(() => response.socket?.destroy());
}

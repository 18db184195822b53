import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";

/** A server that answers, but not as it should: faults that clients see as HTTP. */
export interface HttpProxy {
  /** The target's URL with this proxy's address in it. */
  readonly url: string;
  /** Answers every request with this status, until `resume`; 429 and 503 say `Retry-After: 1`. */
  refuse(status: 429 | 500 | 503): void;
  /** Answers with the headers and half of the first bytes of the body, and nothing more until `resume`; then the rest follows. */
  stall(): void;
  /** Answers each request `ms` milliseconds late, until `resume`. */
  slow(ms: number): void;
  resume(): void;
  close(): Promise<void>;
}

type State =
  | { readonly kind: "open" }
  | { readonly kind: "refusing"; readonly status: number }
  | { readonly kind: "stalling"; readonly over: PromiseWithResolvers<void> }
  | { readonly kind: "slow"; readonly ms: number };

/** As a store names them. */
const CODES: Readonly<Record<number, string>> = { 429: "TooManyRequests", 500: "InternalError", 503: "SlowDown" };

/**
 * Listens on a free port of 127.0.0.1 and passes every request on as it came, its Host too, which signatures cover.
 * @param options.target an http URL
 */
export async function startHttpProxy(options: { readonly target: string }): Promise<HttpProxy> {
  const target = new URL(options.target);
  let state: State = { kind: "open" };

  async function passAnswer(answer: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    if (state.kind === "slow") await pause(state.ms);
    response.writeHead(answer.statusCode ?? 502, withoutConnection(answer.rawHeaders));
    await pipeline(answer, stallable(), response);
  }

  /** Holds back half of what comes first, and all that follows, while the proxy stalls. */
  function stallable(): Transform {
    let isFirst = true;
    return new Transform({
      transform(chunk: Buffer, _encoding, done: TransformCallback) {
        const half = isFirst ? Math.floor(chunk.length / 2) : 0;
        isFirst = false;
        if (state.kind !== "stalling") {
          done(null, chunk);
          return;
        }
        this.push(chunk.subarray(0, half));
        void state.over.promise.then(() => done(null, chunk.subarray(half)));
      },
    });
  }

  const server = http.createServer((request, response) => {
    response.on("error", () => {});
    if (state.kind === "refusing") {
      request.resume();
      const { status } = state;
      response.writeHead(status, { "content-type": "application/xml", ...(status !== 500 && { "retry-after": "1" }) });
      response.end(
        request.method === "HEAD" ? "" : `<Error><Code>${CODES[status]}</Code><Message>later</Message></Error>`,
      );
      return;
    }
    const onward = http.request({
      host: target.hostname,
      port: target.port,
      method: request.method,
      path: request.url,
      headers: withoutConnection(request.rawHeaders),
      setHost: false,
    });
    // Whoever is gone, the other hears of it as of a broken connection.
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    onward.on("response", (answer) => void passAnswer(answer, response).catch(() => response.destroy()));
    request.on("error", () => onward.destroy());
    request.pipe(onward);
  });
  // Shorter ones would break connections that a client is just about to use again.
  server.keepAliveTimeout = 120_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String(port);

  function become(next: State): void {
    if (state.kind === "stalling") state.over.resolve();
    state = next;
  }
  return {
    url: target.pathname === "/" && !options.target.endsWith("/") ? url.href.replace(/\/$/, "") : url.href,
    refuse: (status) => become({ kind: "refusing", status }),
    stall: () => become({ kind: "stalling", over: Promise.withResolvers() }),
    slow: (ms) => become({ kind: "slow", ms }),
    resume: () => become({ kind: "open" }),
    async close() {
      become({ kind: "open" });
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** What is said of the connection holds for one side of the proxy only. */
function withoutConnection(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 1 || /^(connection|keep-alive)$/i.test(name) ? [] : [name, rawHeaders[index + 1] ?? ""],
  );
}

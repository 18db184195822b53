import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Test } from "tap";

/** What becomes of a request: passed on, kept waiting, answered by a status, or passed on with half its answer missing. */
export type Treatment = "pass" | "hold" | "stall" | number;

export interface StoreRequest {
  readonly method: string;
  /** Decoded, without the query: ends with the object's key. */
  readonly path: string;
  /** Signed in its address, as browsers and the probe of "complete" ask; a worker signs in a header. */
  readonly presigned: boolean;
}

type Rule = (request: StoreRequest) => Treatment;

/** Stands between the services and the object store, and treats each request as the test says. */
export interface StoreGate {
  readonly url: string;
  /** From now on; what is being held is judged anew. */
  treat(rule: Rule): void;
  /** Resolves when a request that matches is being held. */
  holding(match: (request: StoreRequest) => boolean): Promise<void>;
}

interface Held {
  readonly asked: StoreRequest;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export async function openStoreGate(t: Test, endpoint: string): Promise<StoreGate> {
  const target = new URL(endpoint);
  const held = new Set<Held>();
  const waiting = new Set<() => void>();
  let rule: Rule = () => "pass";

  function judge(each: Held): void {
    const treatment = rule(each.asked);
    if (treatment === "hold") {
      held.add(each);
      for (const look of waiting) look();
      return;
    }
    held.delete(each);
    if (typeof treatment === "number") refuse(each, treatment);
    else forward(each, target, treatment === "stall");
  }

  const server = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", endpoint);
    const asked = {
      method: request.method ?? "",
      path: decodeURIComponent(pathname),
      presigned: searchParams.has("X-Amz-Signature"),
    };
    const each = { asked, request, response };
    response.on("error", () => {}).once("close", () => held.delete(each));
    judge(each);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href.replace(/\/$/, ""),
    treat(next) {
      rule = next;
      for (const each of [...held]) judge(each);
    },
    holding: (match) =>
      new Promise((resolve) => {
        const look = () => {
          if (![...held].some(({ asked }) => match(asked))) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

function refuse({ request, response }: Held, status: number): void {
  request.resume();
  response.writeHead(status, { "content-type": "application/xml", "content-length": 0 }).end();
}

/** The headers stay as they are, the host among them: it is signed. */
function forward({ request, response }: Held, { hostname, port }: URL, stall: boolean): void {
  const { method, url, headers } = request;
  const onward = http.request({ hostname, port, method, path: url, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    if (stall) answer.once("data", (chunk: Buffer) => response.write(chunk.subarray(0, chunk.length / 2)));
    else answer.pipe(response);
    answer.on("error", () => response.destroy());
  });
  onward.on("error", () => response.destroy());
  response.once("close", () => onward.destroy());
  request.pipe(onward);
}

import { EventEmitter, once } from "node:events";
import http from "node:http";
import type { RedisLike } from "@lectern/keys";
import {
  parseJobId,
  parseVideoId,
  type TenantId,
  type VideoRef,
  videoRef,
  writeProgress,
  writeStatus,
} from "@lectern/keys";
import type { Test } from "tap";
import { WebSocket } from "ws";
import { startApp, type TestApp } from "./app.ts";
import { bearerOf } from "./tokens.ts";

export interface SseEvent {
  id: string | null;
  event: string;
  data: Record<string, unknown>;
}

export interface Sse {
  status: number;
  headers: http.IncomingHttpHeaders;
  /** The next event; null where the stream has ended. Comments and `retry:` alone are none. */
  next: () => Promise<SseEvent | null>;
  /** The next event of this kind whose data has these fields; what comes before is passed over. */
  until: (event: string, fields?: Record<string, unknown>) => Promise<SseEvent>;
  /** The next comment, from now on. */
  heartbeat: () => Promise<void>;
  /** Everything that came so far. */
  text: () => string;
  /** Reads no further: what is sent stays in the server's hands. */
  pause: () => void;
  close: () => void;
}

/** A live service with a base URL, besides what {@link startApp} gives. */
export async function startLive(
  t: Test,
  options: Parameters<typeof startApp>[0] = {},
): Promise<TestApp & { url: string }> {
  const it = await startApp(options);
  t.teardown(it.close);
  const url = await it.app.listen({ host: "127.0.0.1", port: 0 });
  it.app.readiness.state = "ready";
  return { ...it, url };
}

/** Opens a text/event-stream, or gets whatever is answered in its place. Closed with the test. */
export async function openSse(t: Test, url: string, headers: Record<string, string> = {}): Promise<Sse> {
  const request = http.get(url, { headers, agent: false });
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once("response", resolve).once("error", reject);
  });
  request.on("error", () => {});
  t.teardown(() => request.destroy());
  let [text, rest, ended] = ["", "", false];
  const events: SseEvent[] = [];
  let wake = (): void => {};
  const beats = new EventEmitter();
  const end = (): void => {
    ended = true;
    wake();
  };
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    text += chunk;
    rest += chunk;
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event !== null) events.push(event);
      if (block === ":") beats.emit("beat");
    }
    wake();
  });
  response.on("end", end).on("close", end).on("error", end);
  const next = async (): Promise<SseEvent | null> => {
    while (events.length === 0 && !ended)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return events.shift() ?? null;
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    next,
    until: async (kind, fields = {}) => {
      for (;;) {
        const found = await next();
        if (found === null) throw new Error(`the stream ended without ${kind} ${JSON.stringify(fields)}:\n${text}`);
        if (found.event === kind && Object.entries(fields).every(([name, value]) => found.data[name] === value))
          return found;
      }
    },
    heartbeat: async () => void (await once(beats, "beat")),
    text: () => text,
    pause: () => void response.pause(),
    close: () => void request.destroy(),
  };
}

/** What was said on a stream, without the comments that come by the clock. */
export function withoutHeartbeats(text: string): string {
  return text.replaceAll(/^:\n\n/gm, "");
}

function parseEvent(block: string): SseEvent | null {
  const fields = new Map(
    block.split("\n").map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const data = fields.get("data");
  if (data === undefined) return null;
  return { id: fields.get("id") ?? null, event: fields.get("event") ?? "message", data: JSON.parse(data) };
}

export interface Ws {
  socket: WebSocket;
  say: (message: unknown) => void;
  /** The next message; null where the connection has ended. */
  next: () => Promise<Record<string, unknown> | null>;
  closed: Promise<{ code: number; reason: string }>;
}

/** Opens a WebSocket. @throws where it is refused, with the status in the message */
export async function openWs(t: Test, url: string, headers: Record<string, string> = {}): Promise<Ws> {
  const socket = new WebSocket(url.replace(/^http/, "ws"), { headers });
  t.teardown(() => socket.terminate());
  const messages: Record<string, unknown>[] = [];
  let [ended, wake] = [false, (): void => {}];
  socket.on("message", (data) => {
    messages.push(JSON.parse(String(data)));
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => {
      ended = true;
      wake();
      resolve({ code, reason: String(reason) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve).once("error", reject);
  });
  socket.on("error", () => {});
  return {
    socket,
    say: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    next: async () => {
      while (messages.length === 0 && !ended)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return messages.shift() ?? null;
    },
    closed,
  };
}

export function video(tenantId: TenantId, id: number): VideoRef {
  const videoId = parseVideoId(id);
  if (videoId === null) throw new Error("no video id");
  return videoRef(tenantId, videoId);
}

export function job(id: string) {
  const jobId = parseJobId(id);
  if (jobId === null) throw new Error("no job id");
  return jobId;
}

export function processing(redis: RedisLike, subject: VideoRef, version = 2, generation = 1): Promise<unknown> {
  return writeStatus(redis, subject, { status: "PROCESSING", generation, version });
}

export function ready(redis: RedisLike, subject: VideoRef, version = 3, generation = 1): Promise<unknown> {
  return writeStatus(redis, subject, { status: "READY", generation, version, hls_path: "master.m3u8", duration: 3 });
}

export function progressTo(redis: RedisLike, subject: VideoRef, percent: number, generation = 1): Promise<unknown> {
  const update = { percent, step: "transcoding", stepIndex: 4, stepTotal: 7, stepPercent: 1, remainingSeconds: null };
  return writeProgress(redis, subject, { run: { generation, attempt: 1 }, ...update });
}

export { bearerOf };

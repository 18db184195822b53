import { once } from "node:events";
import { connect } from "node:net";
import { MAX_WS_MESSAGE_BYTES, MAX_WS_SUBSCRIPTIONS } from "@lectern/contracts";
import t from "tap";
import { stopClock } from "../support/clocks.ts";
import { bearerOf, openWs, processing, progressTo, ready, startLive, video } from "../support/streams.ts";

const PATH = "/api/v1/progress/ws";

t.test("many videos and jobs on one connection", async (t) => {
  const it = await startLive(t);
  const subject = video(it.tenantId, 7);
  await processing(it.redis, subject);
  const ws = await openWs(t, it.url + PATH, await bearerOf(it.tenantId));
  ws.say({ type: "subscribe", videos: [7, "8"], jobs: ["a"] });
  const first = [await ws.next(), await ws.next(), await ws.next()];
  const states = new Map(first.map((message) => [message?.video_id ?? message?.job_id, message]));
  t.match(states.get(7), { type: "state", event_id: /^1\.2\.\d+$/, final: false, state: { status: "PROCESSING" } });
  t.match(states.get(8), { state: { id: 8, known: false } });
  t.match(states.get("a"), { state: { job_id: "a", status: "UNKNOWN" } });
  await progressTo(it.redis, subject, 30);
  t.match(await ws.next(), { video_id: 7, state: { progress: 30 } });
  ws.say({ type: "unsubscribe", videos: [8], jobs: ["a"] });
  ws.say({ type: "subscribe", videos: [7] });
  t.match(await ws.next(), { video_id: 7, state: { progress: 30 } }, "again: the present state");
  await ready(it.redis, video(it.tenantId, 8));
  await ready(it.redis, subject);
  t.match(await ws.next(), { video_id: 7, final: true, state: { status: "READY", progress: 100 } });
  t.match((await it.getNow("/metrics")).text, /progress_subjects_followed 0/, "nothing is followed any more");
});

t.test("what cannot be used gets an error, and the connection goes on", async (t) => {
  const it = await startLive(t);
  const ws = await openWs(t, it.url + PATH, await bearerOf(it.tenantId));
  const bad = [
    "{",
    "null",
    '"x"',
    "[]",
    { type: "subscribe", videos: 7 },
    { type: "steal" },
    { type: "subscribe", videos: [{}] },
    { type: "subscribe", tenant_id: 1 },
    { type: "subscribe", jobs: Array.from({ length: MAX_WS_SUBSCRIPTIONS + 1 }, (_, index) => `j${index}`) },
  ];
  for (const message of bad) {
    ws.say(message);
    t.match(await ws.next(), { type: "error", code: "VALIDATION_FAILED" }, JSON.stringify(message).slice(0, 40));
  }
  for (const message of [
    { type: "subscribe", videos: [0] },
    { type: "subscribe", jobs: ["a:b"] },
  ]) {
    ws.say(message);
    t.match(await ws.next(), { type: "error", code: "MALFORMED_ID" });
  }
  ws.socket.send(Buffer.from("binary"));
  t.match(await ws.next(), { type: "error" });
  const many = (from: number) => Array.from({ length: 600 }, (_, index) => from + index);
  ws.say({ type: "subscribe", videos: many(1) });
  for (let count = 0; count < 600; count += 1) t.match(await ws.next(), { type: "state" });
  ws.say({ type: "subscribe", videos: many(1_000) });
  // A read that Redis answered late is made again, and what it shows comes once more.
  let answer = await ws.next();
  while (answer?.type === "state") answer = await ws.next();
  t.match(answer, { type: "error", detail: /at most/ });
  ws.say("x".repeat(MAX_WS_MESSAGE_BYTES + 1));
  t.match(await ws.closed, { code: 1009 }, "too long a message ends it");
  t.equal((await it.getNow("/healthz")).status, 200);
});

t.test("messages count as polls do", async (t) => {
  const it = await startLive(t, { rateLimits: { perToken: 2, perTenant: 0 } });
  // Half a second would fill in what opening the connection has cost.
  stopClock(t);
  const ws = await openWs(t, it.url + PATH, await bearerOf(it.tenantId));
  ws.say({ type: "subscribe", videos: Array.from({ length: 200 }, (_, index) => index + 1) });
  t.match(await ws.next(), { type: "error", code: "RATE_LIMITED", retry_after: Number });
});

t.test("an upgrade that is refused is a problem as every other; what is behind it is not read", async (t) => {
  const it = await startLive(t);
  await t.rejects(openWs(t, it.url + PATH, { authorization: "Bearer bad" }), { message: /401/ });
  const raw = (path: string, extra: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(it.url).port), "127.0.0.1");
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("end", () => resolve(text)).on("error", reject);
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\norigin: https://a\r\nconnection: upgrade\r\n${extra}\r\n`);
    });
  const refused = await raw(PATH, "upgrade: websocket\r\nsec-websocket-version: 13\r\n");
  t.match(refused, /^HTTP\/1\.1 401 /);
  t.match(refused, /access-control-allow-origin: \*/i);
  t.match(refused, /"code":"UNAUTHENTICATED"/);
  const { authorization } = await bearerOf(it.tenantId);
  const user = `authorization: ${authorization}\r\n`;
  t.match(await raw(PATH, `${user}upgrade: websocket\r\n`), /^HTTP\/1\.1 426 .*"code":"UPGRADE_REQUIRED"/s);
  t.match(await raw("/media/videos/7/progress/", `${user}upgrade: h2c\r\n`), /^HTTP\/1\.1 200 /, "a poll is a poll");
  t.match(await raw("/media/videos/7/progress/", `${user}upgrade: websocket\r\n`), /^HTTP\/1\.1 200 /);
});

t.test("an Accept-Language and a Redis that holds nothing: the default, and the connection is forgotten", async (t) => {
  const it = await startLive(t);
  const ws = await openWs(t, `${it.url}/progress/ws/`, await bearerOf(it.tenantId));
  ws.say({ type: "subscribe", videos: [7] });
  t.match(await ws.next(), { state: { known: false } });
  ws.socket.close();
  await ws.closed;
  while (!/progress_streams_open\{kind="ws"\} 0/.test((await it.getNow("/metrics")).text))
    await new Promise(setImmediate);
  t.match((await it.getNow("/metrics")).text, /progress_subjects_followed 0/);
});

t.test("a ping is answered with what it brought", async (t) => {
  const it = await startLive(t);
  const ws = await openWs(t, it.url + PATH, await bearerOf(it.tenantId));
  const answered = once(ws.socket, "pong");
  ws.socket.ping("x".repeat(125));
  t.equal(String((await answered)[0]), "x".repeat(125));
});

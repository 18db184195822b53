import { parseVideoId, videoRef, writeStatus } from "@lectern/keys";
import { startRedis, startTcpProxy } from "@lectern/local-stack";
import t, { type Test } from "tap";
import { startApp, type TestApp } from "./support/app.ts";

const PATHS = [
  "/api/v1/media/videos/7/progress/",
  "/api/v1/media/videos/progress/?ids=7,8",
  "/api/v1/jobs/a/progress/",
];

const PROMISED_MS = 500;
/** For a machine that does other things too. A poll that waits for Redis as long as that takes would wait for 2 s. */
const SLACK_MS = 1_000;

async function fill(it: TestApp): Promise<void> {
  const id = parseVideoId(7);
  if (id === null) throw new Error("id");
  await writeStatus(it.redis, videoRef(it.tenantId, id), { status: "READY", generation: 1, version: 1 });
}

/** Every route answers 200 with the default, with CORS, within 500 ms. */
async function defaultsInTime(t: Test, it: TestApp, what: string): Promise<void> {
  for (const path of PATHS) {
    const began = performance.now();
    const { status, entries, headers } = await it.getNow(path, { origin: "https://academy.example" });
    const took = performance.now() - began;
    t.equal(status, 200, `${what}: ${path}`);
    t.equal(entries[0]?.known, false);
    t.equal(headers["access-control-allow-origin"], "*");
    t.ok(took < PROMISED_MS + SLACK_MS, `${Math.round(took)} ms`);
  }
}

/** Unlike `once` of node:events, which rejects on the errors that an outage is made of. */
function next(it: TestApp, event: "close" | "ready"): Promise<void> {
  return new Promise((resolve) => it.redis.once(event, resolve));
}

async function isKnown(it: TestApp): Promise<boolean> {
  return (await it.getNow("/media/videos/7/progress")).body.known === true;
}

/** Polls until Redis is read again, as browsers would; the test's own time limit ends it otherwise. */
async function untilKnown(it: TestApp): Promise<void> {
  while (!(await isKnown(it))) await new Promise(setImmediate);
}

t.test("Redis stops and comes back", async (t) => {
  const redis = await startRedis({ persistent: true });
  t.teardown(redis.stop);
  const it = await startApp({ redisUrl: redis.url });
  t.teardown(it.close);
  await fill(it);
  t.equal(await isKnown(it), true);
  const closed = next(it, "close");
  await redis.stop();
  await closed;
  await defaultsInTime(t, it, "stopped");
  const degraded = await it.getNow("/readyz");
  t.strictSame(degraded.body.degraded, ["redis"]);
  const ready = next(it, "ready");
  await redis.start();
  await ready;
  t.equal(await isKnown(it), true, "back without anybody's doing");
});

t.test("Redis was never there", async (t) => {
  const it = await startApp({ redisUrl: "redis://127.0.0.1:9" });
  t.teardown(it.close);
  await defaultsInTime(t, it, "absent");
});

t.test("Redis hangs: the first polls wait their time, later ones not at all", async (t) => {
  const redis = await startRedis();
  t.teardown(redis.stop);
  const proxy = await startTcpProxy({ target: redis.url });
  t.teardown(proxy.close);
  const it = await startApp({ redisUrl: proxy.url });
  t.teardown(it.close);
  await fill(it);
  proxy.hang();
  const began = performance.now();
  const crowd = await Promise.all(Array.from({ length: 50 }, () => it.getNow("/media/videos/7/progress")));
  t.ok(crowd.every(({ status, body }) => status === 200 && body.known === false));
  t.ok(performance.now() - began < PROMISED_MS + SLACK_MS);
  const second = performance.now();
  await defaultsInTime(t, it, "hanging");
  t.ok(performance.now() - second < 1_000, "nothing more is sent to a Redis that does not answer");
  proxy.resume();
  await untilKnown(it);
  t.equal(await isKnown(it), true);
  const counted = await it.getNow("/metrics");
  t.match(counted.text, /progress_redis_errors_total\{kind="timeout"\} [1-9]/);
  t.match(counted.text, /progress_polls_total\{route="video",outcome="unreachable"\} [1-9]/);
});

t.test("polls that wait behind one that hangs are in time too", async (t) => {
  const redis = await startRedis();
  t.teardown(redis.stop);
  const proxy = await startTcpProxy({ target: redis.url });
  t.teardown(proxy.close);
  const it = await startApp({ redisUrl: proxy.url });
  t.teardown(it.close);
  proxy.hang();
  const first = it.getNow("/media/videos/1/progress");
  // No event tells this moment: the second poll is to come in the middle of the first one's time limit.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const began = performance.now();
  await it.getNow("/media/videos/2/progress");
  t.ok(performance.now() - began < 500, "not the rest of the first one's time and then its own");
  await first;
});

t.test("a connection that went silent for good is replaced", async (t) => {
  const redis = await startRedis();
  t.teardown(redis.stop);
  const proxy = await startTcpProxy({ target: redis.url });
  t.teardown(proxy.close);
  const it = await startApp({ redisUrl: proxy.url });
  t.teardown(it.close);
  await fill(it);
  proxy.hang();
  const closed = next(it, "close");
  const polling = setInterval(() => void it.getNow("/media/videos/7/progress"), 100);
  await closed;
  clearInterval(polling);
  proxy.resume();
  await untilKnown(it);
  t.equal(await isKnown(it), true);
});

t.test("a Redis that refuses to read", async (t) => {
  const redis = await startRedis();
  t.teardown(redis.stop);
  const it = await startApp({ redisUrl: redis.url });
  t.teardown(it.close);
  await fill(it);
  const reader = `app-${it.tenantId}`;
  await it.redis.acl("SETUSER", reader, "on", "nopass", "~none", "+@all");
  await it.redis.auth(reader, "");
  await defaultsInTime(t, it, "NOPERM");
  t.match((await it.getNow("/metrics")).text, /progress_redis_errors_total\{kind="error"\} [1-9]/);
  await it.redis.auth("default", "");
  t.equal(await isKnown(it), true);
});

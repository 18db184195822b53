import { parseVideoId, videoRef, writeStatus } from "@lectern/keys";
import { startRedis } from "@lectern/local-stack";
import t, { type Test } from "tap";
import { startApp, type TestApp } from "./support/app.ts";
import { within } from "./support/clocks.ts";
import { redisBehindProxy } from "./support/redis-behind-proxy.ts";

const PATHS = [
  "/api/v1/media/videos/7/progress/",
  "/api/v1/media/videos/progress/?ids=7,8",
  "/api/v1/jobs/a/progress/",
];

/** Promised are 500; a poll that waits for Redis as long as that takes would wait for 2,000. */
const IN_TIME_MS = 1_500;

async function fill(it: TestApp): Promise<void> {
  const id = parseVideoId(7);
  if (id === null) throw new Error("id");
  await writeStatus(it.redis, videoRef(it.tenantId, id), { status: "READY", generation: 1, version: 1 });
}

/** Every route answers 200 with the default, with CORS, in time. */
async function defaultsInTime(t: Test, it: TestApp, what: string): Promise<void> {
  for (const path of PATHS) {
    const answer = await within(IN_TIME_MS, it.getNow(path, { origin: "https://academy.example" }));
    t.match(answer, { status: 200, headers: { "access-control-allow-origin": "*" } }, `${what}: ${path}, in time`);
    t.equal(answer?.entries[0]?.known, false);
  }
}

/** Unlike `once` of node:events, which rejects on the errors that an outage is made of. */
function next(it: TestApp, event: "close" | "ready"): Promise<void> {
  return new Promise((resolve) => it.reader.once(event, resolve));
}

async function isKnown(it: TestApp): Promise<boolean> {
  return (await it.getNow("/media/videos/7/progress")).body.known === true;
}

/**
 * Polls until Redis is read, as browsers would; the test's own time limit ends it otherwise. One poll may be answered by
 * the default at any time: on a machine that stands still Redis' answer is late as well.
 */
async function untilKnown(it: TestApp): Promise<void> {
  while (!(await isKnown(it))) await new Promise(setImmediate);
}

/** Reads sent to Redis: those of one moment are one. */
async function readsSent(it: TestApp): Promise<number> {
  const { text } = await it.getNow("/metrics");
  return Number(/^progress_redis_round_trips_total (\d+)$/m.exec(text)?.[1]);
}

t.test("Redis stops and comes back", async (t) => {
  const redis = await startRedis({ persistent: true });
  t.teardown(redis.stop);
  const it = await startApp({ redisUrl: redis.url, ownWaits: true });
  t.teardown(it.close);
  await fill(it);
  await untilKnown(it);
  const closed = next(it, "close");
  await redis.stop();
  await closed;
  await defaultsInTime(t, it, "stopped");
  const degraded = await it.getNow("/readyz");
  t.strictSame(degraded.body.degraded, ["redis"]);
  const ready = next(it, "ready");
  await redis.start();
  await ready;
  await untilKnown(it);
  t.pass("back without anybody's doing");
});

t.test("Redis was never there", async (t) => {
  const it = await startApp({ redisUrl: "redis://127.0.0.1:9", ownWaits: true });
  t.teardown(it.close);
  await defaultsInTime(t, it, "absent");
});

t.test("Redis hangs: the first polls wait their time, later ones not at all", async (t) => {
  const { proxy } = await redisBehindProxy(t);
  const it = await startApp({ redisUrl: proxy.url, ownWaits: true });
  t.teardown(it.close);
  await fill(it);
  proxy.hang();
  const polls = Promise.all(Array.from({ length: 50 }, () => it.getNow("/media/videos/7/progress")));
  const crowd = await within(IN_TIME_MS, polls);
  t.ok(
    crowd?.every(({ status, body }) => status === 200 && body.known === false),
    "all in time",
  );
  const sent = await readsSent(it);
  t.ok(sent >= 1);
  await defaultsInTime(t, it, "hanging");
  t.equal(await readsSent(it), sent, "nothing more is sent to a Redis that does not answer");
  proxy.resume();
  await untilKnown(it);
  const counted = await it.getNow("/metrics");
  t.match(counted.text, /progress_redis_errors_total\{kind="timeout"\} [1-9]/);
  t.match(counted.text, /progress_polls_total\{route="video",outcome="unreachable"\} [1-9]/);
});

t.test("polls that wait behind one that hangs are in time too", async (t) => {
  const { proxy } = await redisBehindProxy(t);
  const it = await startApp({ redisUrl: proxy.url, ownWaits: true });
  t.teardown(it.close);
  proxy.hang();
  const first = it.getNow("/media/videos/1/progress");
  while ((await readsSent(it)) === 0) await new Promise(setImmediate);
  const second = await within(650, it.getNow("/media/videos/2/progress"));
  t.ok(second, "not the rest of the first one's 400 ms and then its own");
  await first;
});

t.test("a connection that went silent for good is replaced", async (t) => {
  const { proxy } = await redisBehindProxy(t);
  const it = await startApp({ redisUrl: proxy.url, ownWaits: true });
  t.teardown(it.close);
  await fill(it);
  proxy.hang();
  const closed = next(it, "close");
  const polling = setInterval(() => void it.getNow("/media/videos/7/progress"), 100);
  await closed;
  clearInterval(polling);
  proxy.resume();
  await untilKnown(it);
  t.pass("and Redis is read again");
});

t.test("a Redis that refuses to read", async (t) => {
  const redis = await startRedis();
  t.teardown(redis.stop);
  const it = await startApp({ redisUrl: redis.url, ownWaits: true });
  t.teardown(it.close);
  await fill(it);
  const reader = `app-${it.tenantId}`;
  await it.redis.acl("SETUSER", reader, "on", "nopass", "~none", "+@all");
  await it.reader.auth(reader, "");
  await defaultsInTime(t, it, "NOPERM");
  t.match((await it.getNow("/metrics")).text, /progress_redis_errors_total\{kind="error"\} [1-9]/);
  await it.reader.auth("default", "");
  await untilKnown(it);
});

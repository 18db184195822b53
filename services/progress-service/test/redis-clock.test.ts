import { testStack } from "@lectern/local-stack";
import { Redis } from "ioredis";
import t from "tap";
import { createRedisClock } from "../src/redis-clock.ts";
import { startApp } from "./support/app.ts";

const { redisUrl } = await testStack();

async function untilMeasured(clock: { now: () => number | null }): Promise<number> {
  for (;;) {
    const now = clock.now();
    if (now !== null) return now;
    await new Promise(setImmediate);
  }
}

t.test("tells Redis's time without asking, and nothing before it could ask once", async (t) => {
  const began = performance.now();
  const redis = new Redis(redisUrl);
  const clock = createRedisClock(redis);
  t.equal(clock.now(), null);
  const before = await untilMeasured(clock);
  // It was measured meanwhile: no answer can have been under way for longer.
  const most = performance.now() - began;
  const [seconds, microseconds] = await redis.time();
  const after = clock.now() ?? 0;
  const theirs = Number(seconds) * 1000 + Number(microseconds) / 1000;
  t.ok(before - most <= theirs && theirs <= after + most, `${before} ${theirs} ${after}, ${most} ms`);
  clock.stop();
  redis.disconnect();
});

t.test("a process clock that is ten minutes off does no harm", async (t) => {
  const realNow = Date.now;
  t.teardown(() => {
    Date.now = realNow;
  });
  const it = await startApp();
  const key = `tenant:${it.tenantId}:video:7:`;
  const [seconds] = await it.redis.time();
  const now = new Date(Number(seconds) * 1000).toISOString();
  await it.redis.set(
    `${key}status`,
    JSON.stringify({ status: "PROCESSING", generation: 1, version: 1, updated_at: now }),
  );
  await it.redis.hset(`${key}progress`, { percent: 3, generation: 1, started_at: now, updated_at: now });
  for (const minutes of [-10, 10]) {
    Date.now = () => realNow() + minutes * 60_000;
    const { body } = await it.get("/media/videos/7/progress");
    t.match(body, { stalled: false, next_poll_ms: 1000 }, `${minutes} minutes`);
  }
  await it.close();
});

import type { VideoDetail } from "@lectern/contracts";
import { ENCODE_QUEUE, type JobId, masterPlaylistKey, type TenantId, type VideoId } from "@lectern/keys";
import { connectRedis, createLogger } from "@lectern/service-kit";
import { Queue } from "bullmq";
import { Redis } from "ioredis";

import t, { type Test } from "tap";
import { connectDatabase } from "../src/db/pool.ts";
import { createAdmission } from "../src/limits/admission.ts";
import { NO_LIMITS } from "../src/limits/tenant-limits.ts";
import { createDeliveries } from "../src/outbox/deliveries.ts";
import { createOutbox } from "../src/outbox/outbox.ts";
import { createStatusRepair } from "../src/outbox/repair.ts";
import { openEncodeQueue } from "../src/queue.ts";
import { createEpochKeeper } from "../src/reconciler/epoch-keeper.ts";
import { createReconciler, type Reconciler } from "../src/reconciler/reconciler.ts";
import { tinyVideo } from "./support/media.ts";
import { startService, type TestService } from "./support/service.ts";

const film = await tinyVideo();
const logger = createLogger({ service: "test", level: "silent" });

/** The service sweeps too seldom to interfere: the test sweeps by itself. */
const SELDOM = { SWEEP_MS: "60000" };

async function reconcilerOf(t: Test, s: TestService): Promise<{ reconciler: Reconciler; queue: Queue; redis: Redis }> {
  const db = connectDatabase({ url: s.database.url, poolSize: 2, onError: () => undefined });
  const [cache, producer] = [connectRedis(s.redis.url, "cache", logger), connectRedis(s.redis.url, "producer", logger)];
  const redis = new Redis(s.redis.url, { maxRetriesPerRequest: null });
  await redis.ping();
  await Promise.all(
    [cache, producer].map(({ redis }) =>
      redis.status === "ready" ? undefined : new Promise((ready) => redis.once("ready", ready)),
    ),
  );
  const encodeQueue = openEncodeQueue(producer);
  const queue = new Queue(ENCODE_QUEUE, { connection: redis });
  const admission = createAdmission(db, encodeQueue, NO_LIMITS, logger);
  const deps = {
    db,
    queue: encodeQueue,
    admission,
    redis: cache.redis,
    store: s.store,
    finalTtlSeconds: undefined,
    logger,
  };
  const outbox = createOutbox({ db, deliveries: createDeliveries(deps), canDeliver: () => true, logger });
  const reconciler = createReconciler({
    db,
    queue: encodeQueue,
    admission,
    outbox,
    repair: createStatusRepair(deps),
    state: cache.redis,
    epochs: { state: createEpochKeeper(cache.redis, "state"), queue: createEpochKeeper(producer.redis, "queue") },
    pendingLimitHours: 168,
    logger,
  });
  t.teardown(async () => {
    await queue.close();
    await encodeQueue.close();
    cache.close();
    redis.disconnect();
    await db.destroy();
  });
  // The first sweep of a new system finds a queue that never had a mark, and marks it.
  await reconciler.sweep();
  return { reconciler, queue, redis };
}

const master = (s: TestService, id: number) =>
  masterPlaylistKey(s.tenant as TenantId, id as VideoId, { generation: 1, attempt: 1 });
const detail = async (s: TestService, id: number) =>
  (await s.call<VideoDetail>("GET", `/api/v1/media/videos/${id}/`)).body;

t.test("what is in the queue is left alone", async (t) => {
  const s = await startService(t, SELDOM);
  const { reconciler } = await reconcilerOf(t, s);
  const { id } = await s.upload(film);
  for (let sweep = 0; sweep < 3; sweep += 1) t.same(await reconciler.sweep(), { requeued: 0 });
  t.match(await detail(s, id), { generation: 1 });
});

t.test("a job that the queue has lost is queued anew at the second sweep, whoever else sweeps", async (t) => {
  const s = await startService(t, SELDOM);
  const { reconciler, queue } = await reconcilerOf(t, s);
  const { reconciler: other } = await reconcilerOf(t, s);
  const { id } = await s.upload(film);
  await queue.remove(`video-${id}-g1`);
  t.same(await reconciler.sweep(), { requeued: 0 }, "once is no proof");
  t.same(await other.sweep(), { requeued: 0 });
  const both = await Promise.all([reconciler.sweep(), other.sweep()]);
  t.equal(both[0].requeued + both[1].requeued, 1, "one of them did it");
  await s.settled();
  t.match(await detail(s, id), { status: "UPLOADED", generation: 2, attempt: 0, job_id: `video-${id}-g2` });
  t.ok(await s.queuedJob(id, 2));
  t.match(await s.stored(`tenant:${s.tenant}:video:${id}:status`), { status: "UPLOADED", generation: 2 });
  t.match(await s.stored(`tenant:${s.tenant}:job:video-${id}-g1:status`), {
    status: "FAILED",
    error_message: /superseded/,
  });
  t.match(await s.stored(`tenant:${s.tenant}:job:video-${id}-g2:status`), { status: "PENDING" });
});

t.test("a job at work without its lock counts as a crash; the third one is POISON", async (t) => {
  const s = await startService(t, SELDOM);
  const { reconciler, redis } = await reconcilerOf(t, s);
  const { id } = await s.upload(film);
  for (let generation = 1; generation <= 3; generation += 1) {
    const jobId = `video-${id}-g${generation}` as JobId;
    await s.internal("POST", `/internal/v1/videos/${id}/transitions`, {
      transition: "processing",
      tenant_id: s.tenant,
      generation,
      run_token: `lock-${generation}`,
    });
    // As a worker's kill -9 leaves it, once the lock has run out.
    await redis.zrem(`bull:${ENCODE_QUEUE}:prioritized`, jobId);
    await redis.lpush(`bull:${ENCODE_QUEUE}:active`, jobId);
    await reconciler.sweep();
    t.same(await reconciler.sweep(), { requeued: 1 });
    await s.settled();
    t.same(
      await redis.lrange(`bull:${ENCODE_QUEUE}:active`, 0, -1),
      [],
      "the dead run's job is nobody's work any more",
    );
  }
  t.match(await detail(s, id), { status: "FAILED", error_code: "POISON", generation: 3 });
});

t.test("a run that handed its work back before its lock ran out did not crash", async (t) => {
  const s = await startService(t, SELDOM);
  const { reconciler, redis } = await reconcilerOf(t, s);
  const { id } = await s.upload(film);
  for (let generation = 1; generation <= 4; generation += 1) {
    const run = { tenant_id: s.tenant, generation, run_token: `lock-${generation}` };
    await s.internal("POST", `/internal/v1/videos/${id}/transitions`, { transition: "processing", ...run });
    await s.internal("POST", `/internal/v1/videos/${id}/transitions`, { transition: "released", ...run, attempt: 1 });
    await redis.zrem(`bull:${ENCODE_QUEUE}:prioritized`, `video-${id}-g${generation}`);
    await redis.lpush(`bull:${ENCODE_QUEUE}:active`, `video-${id}-g${generation}`);
    await reconciler.sweep();
    t.same(await reconciler.sweep(), { requeued: 1 });
    await s.settled();
  }
  t.match(await detail(s, id), { status: "UPLOADED", error_code: null, generation: 5 });
});

t.test("a job at work with its lock is left alone, and so is one whose enqueue is still owed", async (t) => {
  const s = await startService(t, SELDOM);
  const { reconciler, redis } = await reconcilerOf(t, s);
  const { id } = await s.upload(film);
  await redis.zrem(`bull:${ENCODE_QUEUE}:prioritized`, `video-${id}-g1`);
  await redis.lpush(`bull:${ENCODE_QUEUE}:active`, `video-${id}-g1`);
  await redis.set(`bull:${ENCODE_QUEUE}:video-${id}-g1:lock`, "token");
  for (let sweep = 0; sweep < 3; sweep += 1) t.same(await reconciler.sweep(), { requeued: 0 });
});

t.test("after a FLUSHALL one sweep queues everything anew, without counting crashes", async (t) => {
  const s = await startService(t, SELDOM);
  const { reconciler, redis } = await reconcilerOf(t, s);
  const first = await s.upload(film);
  const second = await s.upload(film);
  const work = { transition: "processing", tenant_id: s.tenant, generation: 1, run_token: "lock" };
  await s.internal("POST", `/internal/v1/videos/${second.id}/transitions`, work);
  await redis.flushall();
  t.same(await reconciler.sweep(), { requeued: 2 });
  await s.settled();
  t.same(await reconciler.sweep(), { requeued: 0 }, "the loss was made good");
  for (const { id } of [first, second]) {
    t.match(await detail(s, id), { status: "UPLOADED", generation: 2 });
    t.ok(await s.queuedJob(id, 2));
  }
  t.match(
    await s.internal("POST", `/internal/v1/videos/${second.id}/transitions`, {
      ...work,
      transition: "ready",
      attempt: 1,
      hls_path: master(s, second.id),
      duration: 1,
    }),
    {
      status: 409,
      body: { code: "STALE_RUN" },
    },
  );
});

t.test("a Redis that cannot be asked is evidence of nothing", async (t) => {
  const s = await startService(t, SELDOM);
  const { reconciler } = await reconcilerOf(t, s);
  const { id } = await s.upload(film);
  await s.redis.stop();
  for (let sweep = 0; sweep < 3; sweep += 1) await t.rejects(reconciler.sweep());
  t.match(await detail(s, id), { status: "UPLOADED", generation: 1 });
});

t.test("the running service puts everything back after a FLUSHALL, untold", async (t) => {
  const s = await startService(t, { SWEEP_MS: "200" });
  const redis = new Redis(s.redis.url);
  t.teardown(() => redis.disconnect());
  const { id } = await s.upload(film);
  const done = await s.upload(film);
  const run = { tenant_id: s.tenant, generation: 1, run_token: "lock" };
  await s.internal("POST", `/internal/v1/videos/${done.id}/transitions`, { transition: "processing", ...run });
  await s.internal("POST", `/internal/v1/videos/${done.id}/transitions`, {
    transition: "ready",
    ...run,
    attempt: 1,
    hls_path: master(s, done.id),
    duration: 3,
  });
  await epochsSet(redis);
  await redis.flushall();
  for (;;) {
    const [queued, finished] = await Promise.all([
      s.queuedJob(id, 2),
      s.stored(`tenant:${s.tenant}:video:${done.id}:status`),
    ]);
    if (queued === undefined || finished === null) continue;
    t.match(finished, { status: "READY", hls_path: master(s, done.id), duration: 3 });
    break;
  }
  t.equal(await redis.ttl(`tenant:${s.tenant}:video:${done.id}:status`), -1, "for ever");
});

/** Until the service has seen both servers whole once. */
async function epochsSet(redis: Redis): Promise<void> {
  while ((await redis.exists("media:epoch:state", "media:epoch:queue")) < 2);
}

import type { JobDetail, Problem, VideoDetail } from "@lectern/contracts";
import {
  epochBeatKey,
  masterPlaylistKey,
  type TenantId,
  type VideoId,
  videoPrefix,
  videoRef,
  writeProgress,
} from "@lectern/keys";
import { startRedis, startTcpProxy } from "@lectern/local-stack";
import type { ObjectStore } from "@lectern/object-store";
import { createLogger } from "@lectern/service-kit";
import { Redis } from "ioredis";
import pg from "pg";
import t, { type Test } from "tap";
import { connectDatabase } from "../src/db/pool.ts";
import { NO_LIMITS } from "../src/limits/tenant-limits.ts";
import type { Outbox } from "../src/outbox/outbox.ts";
import { completeUpload } from "../src/videos/complete.ts";
import { deleteVideo } from "../src/videos/lifecycle.ts";
import { tinyVideo } from "./support/media.ts";
import { type Either, put, startService, type TestService } from "./support/service.ts";

const film = await tinyVideo();

const act = (s: TestService, id: number, action: string, tenant = s.tenant) =>
  s.call<Either<VideoDetail>>("POST", `/api/v1/media/videos/${id}/${action}/`, undefined, { tenant });
const remove = (s: TestService, id: number, tenant = s.tenant) =>
  s.call<Problem>("DELETE", `/api/v1/media/videos/${id}/`, undefined, { tenant });
const read = (s: TestService, id: number) => s.call<Either<VideoDetail>>("GET", `/api/v1/media/videos/${id}/`);
const say = (s: TestService, id: number, transition: string, rest: object = {}) =>
  s.internal<Problem>("POST", `/internal/v1/videos/${id}/transitions`, {
    transition,
    tenant_id: s.tenant,
    generation: 1,
    run_token: "lock",
    ...rest,
  });
const ready = (s: TestService, id: number, attempt: number, rest: object = {}) => {
  const hls_path = masterPlaylistKey(s.tenant as TenantId, id as VideoId, { generation: 1, attempt });
  return say(s, id, "ready", { attempt, hls_path, duration: 1, ...rest });
};
const statusOf = (s: TestService, id: number) => s.stored(`tenant:${s.tenant}:video:${id}:status`);

async function redisOf(t: Test, s: TestService): Promise<Redis> {
  const redis = new Redis(s.redis.url, { maxRetriesPerRequest: null });
  t.teardown(() => redis.disconnect());
  return redis;
}

/** The progress write that a worker at work makes each second. */
async function heartbeat(redis: Redis, s: TestService, id: number) {
  const update = {
    run: { generation: 1, attempt: 1 },
    percent: 10,
    step: "transcoding",
    stepIndex: 4,
    stepTotal: 7,
    stepPercent: 5,
    remainingSeconds: 9,
  };
  return writeProgress(redis, videoRef(s.tenant as TenantId, id as VideoId), update);
}

async function objectsOf(s: TestService, id: number): Promise<string[]> {
  const prefix = videoPrefix(s.tenant as TenantId, id as VideoId);
  const names: string[] = [];
  for await (const { key } of s.store.list(prefix)) names.push(key.slice(prefix.length));
  return names;
}

const store = (s: TestService, id: number, name: string) =>
  s.store.put(videoPrefix(s.tenant as TenantId, id as VideoId) + name, Buffer.from("x"), { contentType: "video/mp4" });

/** Lets what is due later be due now, and waits until it was done. */
async function sweepNow(s: TestService): Promise<void> {
  const client = new pg.Client({ connectionString: s.database.url });
  await client.connect();
  try {
    await client.query("update outbox set lease_until = now() where delivered_at is null");
    while ((await client.query("select 1 from outbox where delivered_at is null limit 1")).rowCount !== 0);
  } finally {
    await client.end();
  }
}

t.test("cancel ends work that waits", async (t) => {
  const s = await startService(t);
  const { id } = await s.upload(film);
  t.match(await act(s, id, "cancel", s.tenant + 1), { status: 404 });
  t.match(await act(s, id, "cancel"), {
    status: 200,
    body: { status: "FAILED", error_code: "CANCELLED", error_reason: /[가-힣]/ },
  });
  t.match(await act(s, id, "cancel"), { status: 200 }, "again is the same");
  t.equal(await s.queuedJob(id), undefined, "and takes the job out of the queue");
  t.match(await statusOf(s, id), { status: "FAILED", error_code: "CANCELLED" });
  t.match((await s.call<JobDetail>("GET", `/api/v1/jobs/video-${id}-g1/`)).body, { status: "FAILED" });
  t.match(await say(s, id, "processing"), { status: 409, body: { code: "STALE_RUN" } });
});

t.test("cancel stops a worker at its next sign of life", async (t) => {
  const s = await startService(t);
  const redis = await redisOf(t, s);
  const { id } = await s.upload(film);
  await say(s, id, "processing");
  t.match(await heartbeat(redis, s, id), { accepted: true });
  t.match(await act(s, id, "cancel"), { status: 200 });
  t.match(await heartbeat(redis, s, id), { accepted: false, reason: "closed" });
  t.match(await ready(s, id, 1), { status: 409 });
});

t.test("only what failed is tried again, as the next generation", async (t) => {
  const s = await startService(t);
  const pending = await s.create();
  t.match(await act(s, pending.id, "cancel"), {
    status: 409,
    body: { code: "VIDEO_NOT_CANCELLABLE", current_status: "PENDING" },
  });
  t.match(await act(s, pending.id, "retry"), {
    status: 409,
    body: { code: "VIDEO_NOT_RETRYABLE", current_status: "PENDING" },
  });

  const { id } = await s.upload(film);
  await say(s, id, "processing");
  await say(s, id, "failed", { attempt: 1, error_code: "ENCODE_FAILED" });
  t.match(await act(s, id, "retry", s.tenant + 1), { status: 404 });
  const answers = await Promise.all([act(s, id, "retry"), act(s, id, "retry")]);
  t.same(answers.map(({ status }) => status).sort(), [200, 409], "of two at once, one");
  t.match((await read(s, id)).body, {
    status: "UPLOADED",
    generation: 2,
    attempt: 0,
    error_code: null,
    finished_at: null,
  });
  t.ok(await s.queuedJob(id, 2));
  t.match(await statusOf(s, id), { status: "UPLOADED", generation: 2 });
  t.match(await say(s, id, "processing"), { status: 409 }, "the old generation is over");
  t.match(await say(s, id, "processing", { generation: 2 }), { status: 200, body: { attempt: 1 } });
});

t.test("a retry while the queue is away is not lost", async (t) => {
  const s = await startService(t);
  const { id } = await s.upload(film);
  await act(s, id, "cancel");
  await s.redis.stop();
  t.match(await act(s, id, "retry"), { status: 503, body: { code: "VIDEO_UPLOAD_ENQUEUE_FAILED" } });
  t.match((await read(s, id)).body, { status: "UPLOADED", generation: 2 });
  await s.redis.start();
  while ((await s.queuedJob(id, 2)) === undefined);
});

t.test(
  "a Redis that hangs holds up cancel, retry and delete for half a second, and keeps none of them off",
  async (t) => {
    const redis = await startRedis();
    const proxy = await startTcpProxy({ target: redis.url });
    t.teardown(async () => {
      await proxy.close();
      await redis.stop();
    });
    const s = await startService(t, { REDIS_URL: proxy.url });
    const { id } = await s.upload(film);
    proxy.hang();
    const timed = async (call: Promise<{ status: number }>, status: number): Promise<void> => {
      const began = performance.now();
      t.match(await call, { status });
      const took = performance.now() - began;
      t.comment(`${Math.round(took)} ms`);
      // Twice the promise: the machine may be busy. One wait after the other would take longer.
      t.ok(took < 1_000);
    };
    await timed(act(s, id, "cancel"), 200);
    await timed(act(s, id, "retry"), 503);
    await timed(remove(s, id), 204);
    proxy.resume();
    t.match(await read(s, id), { status: 404 });
  },
);

t.test("a deleted video is gone for everybody, and stays gone", async (t) => {
  const s = await startService(t);
  const redis = await redisOf(t, s);
  const { id } = await s.upload(film);
  await say(s, id, "processing");
  await heartbeat(redis, s, id);
  await store(s, id, "g1/a1/v720/init.mp4");
  t.match(await remove(s, id, s.tenant + 1), { status: 404 });
  t.equal((await remove(s, id)).status, 204);

  t.match(await remove(s, id), { status: 404 }, "once");
  t.match(await read(s, id), { status: 404, body: { code: "VIDEO_NOT_FOUND" } });
  t.match(await s.call("GET", `/api/v1/jobs/video-${id}-g1/`), { status: 404 });
  t.match((await s.call<{ items: unknown[] }>("GET", "/api/v1/media/videos/")).body, { items: [] });
  t.match(await act(s, id, "retry"), { status: 404 });
  t.match(await act(s, id, "upload/complete"), { status: 404 });
  t.equal(
    await redis.exists(`tenant:${s.tenant}:video:${id}:status`, `tenant:${s.tenant}:job:video-${id}-g1:status`),
    0,
  );

  t.match(await heartbeat(redis, s, id), { accepted: false, reason: "closed" }, "a worker is stopped");
  t.match(await ready(s, id, 1), {
    status: 410,
    body: { code: "VIDEO_DELETED" },
  });
  t.match(await say(s, id, "processing"), { status: 410 });
  t.match(await s.internal("GET", `/internal/v1/videos/${id}?tenant_id=${s.tenant}`), { status: 410 });

  await sweepNow(s);
  t.same(await objectsOf(s, id), []);
});

t.test(
  "what a worker thought dead writes after the deletion is swept too, and the tombstone goes at last",
  async (t) => {
    const s = await startService(t);
    const { id } = await s.upload(film);
    t.equal((await remove(s, id)).status, 204);
    await store(s, id, "g1/a1/late.m4s");
    const client = new pg.Client({ connectionString: s.database.url });
    await client.connect();
    t.teardown(() => client.end());
    t.equal((await client.query("select 1 from videos where id = $1", [id])).rowCount, 1, "a tombstone");
    await client.query("update videos set deleted_at = now() - interval '9 days' where id = $1", [id]);
    await sweepNow(s);
    t.same(await objectsOf(s, id), []);
    t.equal((await client.query("select 1 from videos where id = $1", [id])).rowCount, 0);
  },
);

t.test("output of dead runs is swept; the live run and the source stay", async (t) => {
  const s = await startService(t);
  const { id } = await s.upload(film);
  await say(s, id, "processing", { run_token: "first" });
  await say(s, id, "processing", { run_token: "second" });
  for (const name of ["g1/a1/v720/init.mp4", "g1/a2/master.m3u8", "g1/a2/v720/init.mp4"]) await store(s, id, name);
  await ready(s, id, 2, { run_token: "second" });
  await sweepNow(s);
  t.same(await objectsOf(s, id), ["g1/a2/master.m3u8", "g1/a2/v720/init.mp4", "source"]);

  const failed = await s.upload(film);
  await say(s, failed.id, "processing");
  await store(s, failed.id, "g1/a1/v720/init.mp4");
  await say(s, failed.id, "failed", { attempt: 1, error_code: "ENCODE_FAILED" });
  await sweepNow(s);
  t.same(await objectsOf(s, failed.id), ["source"]);
});

t.test("an upload that was announced and never confirmed is deleted in the end", async (t) => {
  const s = await startService(t);
  const [old, again, young] = [await s.create(), await s.create(), await s.create()];
  await put(old.upload, film);
  const client = new pg.Client({ connectionString: s.database.url });
  await client.connect();
  t.teardown(() => client.end());
  await client.query("update videos set pending_since = now() - interval '8 days' where id = any($1)", [
    [old.id, again.id],
  ]);
  t.equal((await s.call("POST", `/api/v1/media/videos/${again.id}/upload/`)).status, 200);
  await startService(t, { DATABASE_URL: s.database.url });
  while ((await read(s, old.id)).status !== 404);
  await sweepNow(s);
  t.same(await objectsOf(s, old.id), []);
  t.equal((await read(s, young.id)).status, 200);
  t.equal((await read(s, again.id)).status, 200, "its address was issued anew");
});

t.test("a video that is deleted while its upload is confirmed is missing, not completed", async (t) => {
  const s = await startService(t);
  const { id } = await s.create();
  const db = connectDatabase({ url: s.database.url, poolSize: 2, onError: () => undefined });
  t.teardown(() => db.destroy());
  const [tenantId, videoId] = [s.tenant as TenantId, id as VideoId];
  const found = { kind: "found", size: 1, etag: "e", contentType: null } as const;
  const deps = {
    db,
    store: { head: () => Promise.resolve(found) } as Partial<ObjectStore> as ObjectStore,
    outbox: {} as Outbox,
    probeSource: async () => {
      await deleteVideo(db, tenantId, videoId);
      return { kind: "unknown", detail: "" } as const;
    },
    maxUploadBytes: 1_000,
    tenantLimits: NO_LIMITS,
    logger: createLogger({ service: "test", level: "silent" }),
  };
  await t.rejects(completeUpload(deps, tenantId, videoId), { code: "VIDEO_NOT_FOUND" });
});

t.test("a deleted video stays gone when Redis comes back with data from before", async (t) => {
  const s = await startService(t, { SWEEP_MS: "400" });
  const { id } = await s.upload(film);
  const redis = await redisOf(t, s);
  const keys = [`tenant:${s.tenant}:video:${id}:status`, `tenant:${s.tenant}:job:video-${id}-g1:status`];
  const before = await Promise.all(keys.map((key) => redis.get(key)));
  t.equal((await remove(s, id)).status, 204);
  t.same(await redis.mget(keys), [null, null]);
  const [seconds = 0] = await redis.time();
  // As after a failover to a server that lacks the last half minute.
  const older = Object.fromEntries(keys.map((key, index) => [key, before[index] ?? ""]));
  await redis.mset({ ...older, [epochBeatKey("state")]: (Number(seconds) - 30) * 1_000 });
  while ((await redis.exists(keys)) > 0) await new Promise(setImmediate);
  t.equal((await read(s, id)).status, 404);
});

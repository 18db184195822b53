import { once } from "node:events";
import type { VideoDetail } from "@lectern/contracts";
import { type JobId, jobRef, statusKey, type TenantId, type VideoId, videoRef } from "@lectern/keys";
import { startTcpProxy, testStack } from "@lectern/local-stack";
import { Redis } from "ioredis";
import t from "tap";
import { tinyVideo } from "./support/media.ts";
import { type Either, ENCODE_JOB_TYPE, put, startService, type TestService } from "./support/service.ts";

const film = await tinyVideo();

const completeAtOnce = (s: TestService, id: number) =>
  s.call<Either<VideoDetail>>("POST", `/api/v1/media/videos/${id}/upload/complete/`);
const complete = (s: TestService, id: number) => s.queued(id, completeAtOnce(s, id));

/** Uploads and confirms until Redis answers in time, as it does but on a machine that stands still for a moment. */
async function completedInTime(s: TestService): Promise<{ id: number; body: Either<VideoDetail> }> {
  for (;;) {
    const { id, upload } = await s.create({ size_bytes: film.byteLength });
    await put(upload, film);
    const { body, status } = await completeAtOnce(s, id);
    if (status === 200) return { id, body };
    if (body.code !== "VIDEO_UPLOAD_ENQUEUE_FAILED") throw new Error(`${status}: ${body.code}`);
  }
}

t.test("confirms an upload, with the job in the queue and both statuses in Redis before it answers", async (t) => {
  const s = await startService(t);
  const { id, body } = await completedInTime(s);
  t.match(body, {
    id,
    status: "UPLOADED",
    generation: 1,
    attempt: 0,
    job_id: `video-${id}-g1`,
    size_bytes: film.byteLength,
  });
  t.match(body.source_probe, { video: [{ width: 160, height: 90 }] }, "what the probe found is kept");
  t.ok(body.source_etag);

  const job = await s.queuedJob(id);
  t.match(job, { name: ENCODE_JOB_TYPE, data: { tenant_id: s.tenant, video_id: id, generation: 1 } });
  t.ok((job?.priority ?? 0) > 0, "every job has a priority");
  const video = videoRef(s.tenant as TenantId, id as VideoId);
  t.match(await s.stored(statusKey(video)), { status: "UPLOADED", generation: 1 });
  const encode = jobRef(s.tenant as TenantId, `video-${id}-g1` as JobId);
  t.match(await s.stored(statusKey(encode)), { status: "PENDING", job_type: ENCODE_JOB_TYPE });
});

t.test("two calls at once: one 200, one 409, one job", async (t) => {
  const s = await startService(t);
  const { id, upload } = await s.create();
  await put(upload, film);
  const answers = await Promise.all([complete(s, id), complete(s, id)]);
  t.same(answers.map(({ status }) => status).sort(), [200, 409]);
  t.match(answers.find(({ status }) => status === 409)?.body, {
    code: "VIDEO_NOT_PENDING",
    current_status: "UPLOADED",
  });
  t.ok(await s.queuedJob(id));
  t.match(await complete(s, id), { status: 409, body: { code: "VIDEO_NOT_PENDING" } }, "and so does a third, later");
});

t.test("refuses what is not there, empty, too large, or no medium; the row stays PENDING", async (t) => {
  const s = await startService(t, { MAX_UPLOAD_BYTES: "100000" });
  const state = async (id: number) => (await s.call<VideoDetail>("GET", `/api/v1/media/videos/${id}/`)).body.status;

  const missing = await s.create();
  t.match(await complete(s, missing.id), { status: 409, body: { code: "SOURCE_MISSING" } });
  t.equal(await state(missing.id), "PENDING");

  const empty = await s.create();
  await put(empty.upload, new Uint8Array());
  t.match(await complete(s, empty.id), { status: 409, body: { code: "SOURCE_MISSING" } });
  t.equal(await state(empty.id), "PENDING");

  const large = await s.create();
  await put(large.upload, new Uint8Array(100_001));
  t.match(await complete(s, large.id), { status: 413, body: { code: "SOURCE_TOO_LARGE" } });
  t.match(await complete(s, large.id), { status: 409, body: { code: "SOURCE_MISSING" } }, "the object is gone");

  const text = await s.create();
  await put(text.upload, Buffer.from("These are only my notes on the lecture.\n".repeat(50)));
  const refused = await complete(s, text.id);
  t.match(refused, { status: 422, body: { code: "SOURCE_UNREADABLE" } });
  t.match(refused.body.error_reason, /[가-힣]/, "with a sentence for a Korean teacher");
  t.equal(await state(text.id), "PENDING");

  await put(text.upload, film);
  t.equal((await complete(s, text.id)).status, 200, "the right file can still follow");
});

t.test("a video of another tenant is as missing as one that never was", async (t) => {
  const s = await startService(t);
  const { id, upload } = await s.create();
  await put(upload, film);
  const foreign = await s.call("POST", `/api/v1/media/videos/${id}/upload/complete/`, undefined, {
    tenant: s.tenant + 1,
  });
  const never = await s.call("POST", `/api/v1/media/videos/${id + 1}/upload/complete/`, undefined, {
    tenant: s.tenant + 1,
  });
  t.match(foreign, { status: 404, body: { code: "VIDEO_NOT_FOUND" } });
  t.equal(never.status, 404);
  t.match(await complete(s, id), { status: 200 });
});

t.test("store down: 503, the row stays PENDING, and the same call succeeds once it is back", async (t) => {
  const { s3 } = await testStack();
  const proxy = await startTcpProxy({ target: s3.endpoint });
  t.teardown(() => proxy.close());
  // Browsers reach the store directly; only the service's way to it is cut.
  const s = await startService(t, { S3_ENDPOINT: proxy.url, S3_PUBLIC_ENDPOINT: s3.endpoint });
  const { id, upload } = await s.create();
  await put(upload, film);
  proxy.cut();
  t.match(await complete(s, id), { status: 503, body: { code: "STORE_UNAVAILABLE" } });
  t.match((await s.call<VideoDetail>("GET", `/api/v1/media/videos/${id}/`)).body, { status: "PENDING", generation: 0 });
  proxy.resume();
  t.equal((await complete(s, id)).status, 200);
});

t.test(
  "Redis down: 503, the row is UPLOADED, and the job is queued once Redis is back, with no further call",
  async (t) => {
    const s = await startService(t);
    const { id, upload } = await s.create();
    await put(upload, film);
    await s.redis.stop();

    const refused = await completeAtOnce(s, id);
    t.match(refused, { status: 503, body: { code: "VIDEO_UPLOAD_ENQUEUE_FAILED", current_status: "UPLOADED" } });
    t.ok(refused.headers["retry-after"]);
    t.match((await s.call<VideoDetail>("GET", `/api/v1/media/videos/${id}/`)).body, {
      status: "UPLOADED",
      generation: 1,
    });

    await s.redis.start();
    await jobAdded(s);
    t.ok(await s.queuedJob(id));
  },
);

t.test("a repeated call delivers what is owed: 503 while the queue is away", async (t) => {
  const s = await startService(t);
  const { id, upload } = await s.create();
  await put(upload, film);
  await s.redis.stop();
  t.equal((await completeAtOnce(s, id)).status, 503);
  for (const call of ["second", "third"])
    t.match(
      await completeAtOnce(s, id),
      { status: 503, body: { code: "VIDEO_UPLOAD_ENQUEUE_FAILED" } },
      `${call} call: not a 409, nobody has delivered it`,
    );
});

/** Waits until a job stands in the encode queue, whoever added it. */
async function jobAdded(s: TestService): Promise<void> {
  const connection = new Redis(s.redis.url, { maxRetriesPerRequest: null });
  try {
    await connection.config("SET", "notify-keyspace-events", "KEA");
    const subscriber = connection.duplicate();
    const heard = once(subscriber, "pmessage");
    await subscriber.psubscribe("__keyspace@0__:bull:video-encode:prioritized");
    // What was added before the subscription is seen by looking once.
    if ((await connection.exists("bull:video-encode:prioritized")) === 0) await heard;
    subscriber.disconnect();
  } finally {
    connection.disconnect();
  }
}

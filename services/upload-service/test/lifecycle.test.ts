import type { JobDetail } from "@lectern/contracts";
import { startRedis, startTcpProxy } from "@lectern/local-stack";
import t from "tap";
import { act, heartbeat, read, ready, redisOf, remove, say } from "./support/lifecycle.ts";
import { tinyVideo } from "./support/media.ts";
import { startService, type TestService } from "./support/service.ts";

const film = await tinyVideo();
const TICK_MS = 10;

const statusOf = (s: TestService, id: number) => s.stored(`tenant:${s.tenant}:video:${id}:status`);

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
  await s.settled();
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
  const answers = await Promise.all([s.queued(id, act(s, id, "retry")), s.queued(id, act(s, id, "retry"))]);
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
      let ticks = 0;
      // Counted, not read from a clock: while the machine stands still, nothing ticks.
      const ticking = setInterval(() => {
        ticks += 1;
      }, TICK_MS);
      t.match(await call, { status });
      clearInterval(ticking);
      t.comment(`${ticks * TICK_MS} ms`);
      // Twice the promise: the machine may be busy.
      t.ok(ticks * TICK_MS < 1_000);
    };
    await timed(act(s, id, "cancel"), 200);
    await timed(act(s, id, "retry"), 503);
    await timed(remove(s, id), 204);
    proxy.resume();
    t.match(await read(s, id), { status: 404 });
  },
);

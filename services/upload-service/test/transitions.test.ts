import type { JobDetail, VideoDetail, VideoTransitionResult } from "@lectern/contracts";
import { masterPlaylistKey, type TenantId, type VideoId } from "@lectern/keys";
import { Redis } from "ioredis";
import t from "tap";
import { MOST_CRASHES } from "../src/videos/crashes.ts";
import { heartbeat, redisOf } from "./support/lifecycle.ts";
import { tinyVideo } from "./support/media.ts";
import { type Either, startService, type TestService } from "./support/service.ts";

const film = await tinyVideo();

const master = (s: TestService, id: number, attempt: number) =>
  masterPlaylistKey(s.tenant as TenantId, id as VideoId, { generation: 1, attempt });

/** Speaks for a worker that has the job of `video`. */
function worker(s: TestService, id: number, runToken: string) {
  const say = (transition: string, rest: object = {}) =>
    s.internal<Either<VideoTransitionResult>>("POST", `/internal/v1/videos/${id}/transitions`, {
      transition,
      tenant_id: s.tenant,
      generation: 1,
      run_token: runToken,
      ...rest,
    });
  return {
    start: () => say("processing"),
    release: (attempt: number) => say("released", { attempt }),
    ready: (attempt: number, rest: object = {}) =>
      say("ready", { attempt, hls_path: master(s, id, attempt), duration: 1, ...rest }),
    fail: (attempt: number, error_code = "SOURCE_INCOMPLETE") =>
      say("failed", { attempt, error_code, detail: "moov atom not found" }),
  };
}

const detail = async (s: TestService, id: number) =>
  (await s.call<VideoDetail>("GET", `/api/v1/media/videos/${id}/`)).body;
const stored = (s: TestService, id: number) => s.stored(`tenant:${s.tenant}:video:${id}:status`);

t.test("a run from start to READY, each report repeatable", async (t) => {
  const s = await startService(t);
  const { id } = await s.upload(film);
  const one = worker(s, id, "token-1");

  t.match(await one.start(), { status: 200, body: { applied: true, status: "PROCESSING", generation: 1, attempt: 1 } });
  t.match(
    await one.start(),
    { status: 200, body: { applied: false, attempt: 1 } },
    "the same token is the same attempt",
  );
  t.match(await stored(s, id), { status: "PROCESSING", generation: 1 });

  t.match(await one.ready(1), { status: 200, body: { applied: true, status: "READY" } });
  t.match(await one.ready(1), { status: 200, body: { applied: false, status: "READY" } });
  t.match(
    await one.ready(1, { duration: 2 }),
    { status: 409, body: { code: "STALE_RUN" } },
    "something else is refused",
  );
  t.match(await one.fail(1), { status: 409, body: { code: "STALE_RUN", current_status: "READY" } });
  t.match(await one.start(), { status: 409, body: { code: "STALE_RUN" } }, "a final row is not processed again");

  t.match(await detail(s, id), {
    status: "READY",
    hls_path: master(s, id, 1),
    duration: 1,
    error_code: null,
  });
  t.match(await stored(s, id), { status: "READY", hls_path: master(s, id, 1), duration: 1 });
  const job = (await s.call<JobDetail>("GET", `/api/v1/jobs/video-${id}-g1/`)).body;
  t.match(job, { status: "DONE", attempt: 1, video_id: id, result: { duration: 1 } }, "the job follows its video");
  t.match(await s.stored(`tenant:${s.tenant}:job:video-${id}-g1:status`), { status: "DONE", job_type: "video_encode" });
});

t.test("reading a finished video disturbs nobody who follows it", async (t) => {
  const s = await startService(t);
  const { id } = await s.upload(film);
  const one = worker(s, id, "token-1");
  await one.start();
  await one.ready(1);
  await stored(s, id);
  const redis = new Redis(s.redis.url);
  const follower = redis.duplicate();
  t.teardown(() => [redis, follower].map((connection) => connection.disconnect()));
  const heard: string[] = [];
  const marked = new Promise<void>((resolve) => {
    follower.on("message", (_channel, message) => {
      heard.push(message);
      if (message === "mark") resolve();
    });
  });
  const channel = `tenant:${s.tenant}:events`;
  await follower.subscribe(channel);
  await detail(s, id);
  await s.call("GET", `/api/v1/jobs/video-${id}-g1/`);
  await redis.publish(channel, "mark");
  await marked;
  t.same(heard, ["mark"]);
});

t.test("a failure has a sentence in two languages, and its technical detail in the job alone", async (t) => {
  const s = await startService(t);
  const { id } = await s.upload(film);
  const one = worker(s, id, "token-1");
  await one.start();
  t.match(await one.fail(1), { status: 200, body: { applied: true, status: "FAILED" } });
  t.match(await detail(s, id), { status: "FAILED", error_code: "SOURCE_INCOMPLETE", error_reason: /[가-힣]/ });
  const english = await s.call<VideoDetail>("GET", `/api/v1/media/videos/${id}/`, undefined, {
    headers: { "accept-language": "en" },
  });
  t.match(english, { headers: { vary: /accept-language/i }, body: { error_reason: /cut short/ } });
  t.match(await stored(s, id), {
    status: "FAILED",
    error_code: "SOURCE_INCOMPLETE",
    error_reason: /[가-힣]/,
    error_reason_en: /cut short/,
  });
  t.match((await s.call<JobDetail>("GET", `/api/v1/jobs/video-${id}-g1/`)).body, {
    status: "FAILED",
    error_message: "moov atom not found",
  });
});

t.test("a superseded run is refused everywhere", async (t) => {
  const s = await startService(t);
  const { id } = await s.upload(film);
  const [first, second] = [worker(s, id, "token-1"), worker(s, id, "token-2")];
  await first.start();
  t.match(await second.start(), { status: 200, body: { applied: true, attempt: 2 } });
  for (const late of [first.ready(1), first.fail(1), first.release(1), first.ready(2), second.ready(1)])
    t.match(await late, { status: 409, body: { code: "STALE_RUN", current_status: "PROCESSING" } });
  t.match(await second.ready(2), { status: 200, body: { applied: true } });

  const written = await heartbeat(await redisOf(t, s), s, id, 2);
  t.match(written, { accepted: false, reason: "closed" }, "and the progress of the run is closed");
});

t.test("a superseded worker's call that arrives late begins no run and counts no crash", async (t) => {
  const s = await startService(t);
  const { id } = await s.upload(film);
  const [first, second, third] = [worker(s, id, "token-1"), worker(s, id, "token-2"), worker(s, id, "token-3")];
  await first.start();
  await second.start();
  for (let call = 0; call < MOST_CRASHES; call += 1)
    t.match(await first.start(), { status: 409, body: { code: "STALE_RUN", current_status: "PROCESSING" } });
  t.match(await second.start(), { status: 200, body: { applied: false, attempt: 2 } }, "the live run is undisturbed");
  await second.release(2);
  t.match(await second.start(), { status: 409, body: { code: "STALE_RUN" } }, "nor does one that handed its work back");
  t.match(await third.start(), { status: 200, body: { applied: true, attempt: 3 } });
  t.match(await third.ready(3), { status: 200, body: { applied: true } });
});

t.test("a run publishes its own output and nothing else", async (t) => {
  const s = await startService(t);
  const { id } = await s.upload(film);
  const one = worker(s, id, "token-1");
  await one.start();
  for (const hls_path of [
    "https://elsewhere/master.m3u8",
    master(s, id, 2),
    master(s, id + 1, 1),
    `${master(s, id, 1)}x`,
  ])
    t.match(await one.ready(1, { hls_path }), { status: 422, body: { code: "OUTPUT_NOT_OF_RUN" } }, hls_path);
  t.match(await detail(s, id), { status: "PROCESSING", hls_path: null });
  t.match(await one.ready(1), { status: 200, body: { applied: true } });
});

t.test("released work counts no crash; a worker that breaks off three times is POISON", async (t) => {
  const s = await startService(t);
  const { id } = await s.upload(film);
  for (let attempt = 1; attempt <= MOST_CRASHES + 1; attempt += 1) {
    const run = worker(s, id, `released-${attempt}`);
    t.match(await run.start(), { body: { attempt } });
    t.match(await run.release(attempt), { status: 200, body: { applied: true, status: "PROCESSING" } });
    t.match(await run.ready(attempt), { status: 409 }, "what was handed back is over");
  }
  for (let crash = 1; crash <= MOST_CRASHES; crash += 1)
    t.match(await worker(s, id, `crash-${crash}`).start(), { status: 200 });
  t.match(await worker(s, id, "one-more").start(), {
    status: 409,
    body: { code: "STALE_RUN", current_status: "FAILED" },
  });
  t.match(await detail(s, id), { status: "FAILED", error_code: "POISON" });
  t.match(await stored(s, id), { status: "FAILED", error_code: "POISON" });
});

t.test("who may speak, and of what", async (t) => {
  const s = await startService(t);
  const { id } = await s.upload(film);
  const body = { transition: "processing", tenant_id: s.tenant, generation: 1, run_token: "x" };
  const url = `/internal/v1/videos/${id}/transitions`;
  t.match(await s.internal("POST", url, { ...body, tenant_id: s.tenant + 1 }), { status: 404 });
  t.match(await s.internal("POST", url, { ...body, generation: 2 }), { status: 409, body: { code: "STALE_RUN" } });
  t.match(await s.internal("POST", url, { ...body, transition: "lost" }), { status: 400 });
  t.match(await s.internal("POST", "/internal/v1/videos/nine/transitions", body), {
    status: 400,
    body: { code: "MALFORMED_ID" },
  });
  const user = await s.service.internalApp.inject({ method: "POST", url, payload: body });
  t.equal(user.statusCode, 401, "nobody without a service token");
  t.match(await s.call("POST", url, body), { status: 404 }, "and nothing of it on the public port");
  t.match(await s.internal("GET", `/internal/v1/videos/${id}?tenant_id=${s.tenant}`), {
    status: 200,
    body: {
      status: "UPLOADED",
      source: { key: `tenants/${s.tenant}/videos/${id}/source`, size_bytes: film.byteLength },
    },
  });
});

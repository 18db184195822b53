import t from "tap";
import {
  closeProgress,
  eventsChannel,
  progressKey,
  readSnapshots,
  redisNow,
  tenantEventsChannel,
  writeProgress,
  writeStatus,
} from "../src/index.ts";
import { wasGiven } from "./support/expiry.ts";
import { connectRedis } from "./support/stack.ts";
import { aJob, aVideo, forget } from "./support/subjects.ts";
import { run, update } from "./support/updates.ts";

const redis = await connectRedis();
t.teardown(() => redis.disconnect());

t.test("the hash has every field, Redis's times, and 6 h", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  const before = await redisNow(redis);
  const written = await writeProgress(
    redis,
    video,
    update({ run: run(1, 2), percent: 33.339, remainingSeconds: 12.13, remainingLow: 11, remainingHigh: 14.96 }),
  );
  t.strictSame(written, { accepted: true, percent: 33.33 });
  const { started_at, updated_at, ...fields } = await redis.hgetall(progressKey(video));
  t.strictSame(fields, {
    generation: "1",
    attempt: "2",
    percent: "33.33",
    step: "transcoding",
    step_index: "4",
    step_total: "7",
    step_percent: "50",
    remaining_seconds: "12.1",
    remaining_low: "11",
    remaining_high: "15",
  });
  t.equal(started_at, updated_at);
  t.ok(Date.parse(updated_at ?? "") >= before);
  t.ok(await wasGiven(redis, progressKey(video), 6 * 60 * 60, before));
  await writeProgress(redis, video, update({ run: run(1, 3), remainingSeconds: null, stepNameDisplay: "인코딩" }));
  const later = await redis.hgetall(progressKey(video));
  t.equal(later.started_at, started_at, "one start a generation");
  t.notOk("remaining_seconds" in later, "what is no longer known is gone");
  t.equal(later.step_name_display, "인코딩");
  const startedAt = "2026-01-02T03:04:05.678Z";
  await writeProgress(redis, video, update({ run: run(1, 3), startedAt }));
  t.equal(await redis.hget(progressKey(video), "started_at"), startedAt);
});

t.test("percent is clamped, finite, and a video's stays below 100", async (t) => {
  const cases = [
    [-5, 0],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 0],
    [250, 100],
    [99.999, 99.99],
    [1e-9, 0],
  ] as const;
  for (const [percent, kept] of cases) {
    const [video, job] = [aVideo(), aJob()];
    t.teardown(() => forget(redis, video, job));
    t.strictSame(await writeProgress(redis, job, update({ run: run(1, 1), percent })), {
      accepted: true,
      percent: kept,
    });
    const ofVideo = await writeProgress(redis, video, update({ run: run(1, 1), percent }));
    t.strictSame(ofVideo, { accepted: true, percent: Math.min(99, kept) });
  }
});

t.test("percent never falls within a generation and begins anew with the next", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  const write = async (generation: number, attempt: number, percent: number) => {
    const written = await writeProgress(redis, video, update({ run: run(generation, attempt), percent }));
    return written.accepted ? written.percent : written.reason;
  };
  t.equal(await write(1, 1, 60), 60);
  t.equal(await write(1, 1, 20), 60);
  t.equal(await write(1, 2, 5), 60);
  t.equal(await write(1, 2, 61.5), 61.5);
  t.equal(await write(2, 1, 3), 3);
  t.equal(await write(1, 2, 90), "superseded");
});

t.test("the fence", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  const key = progressKey(video);
  const write = async (generation: number, attempt: number) => {
    const written = await writeProgress(redis, video, update({ run: run(generation, attempt) }));
    return written.accepted ? "accepted" : written.reason;
  };
  await writeProgress(redis, video, update({ run: run(1, 2), percent: 70 }));
  await closeProgress(redis, video, run(1, 1));
  t.equal(await write(1, 2), "accepted", "closing a lower run changes nothing");
  const before = await redisNow(redis);
  await closeProgress(redis, video, run(1, 2));
  t.ok(await wasGiven(redis, key, 24 * 60 * 60, before));
  const expiry = await redis.pexpiretime(key);
  t.equal(await write(1, 2), "closed");
  t.equal(await write(1, 1), "superseded");
  t.equal(await redis.hget(key, "percent"), "70");
  t.equal(await redis.pexpiretime(key), expiry, "a refused write slides nothing");
  t.equal(await write(1, 3), "accepted", "a higher run passes");
  t.equal(await redis.hget(key, "closed"), null);
  await closeProgress(redis, video, run(2, 0));
  t.equal(await write(1, 9), "superseded");
  t.equal(await redis.hget(key, "percent"), null, "nothing of another generation stays");
  t.equal(await write(2, 1), "accepted");
  await closeProgress(redis, video, run(1, 9));
  t.equal(await write(2, 1), "accepted");
});

t.test("a fence before any progress, and on what is no hash", async (t) => {
  for (const text of [null, "text", '{"percent": 5}']) {
    const video = aVideo();
    t.teardown(() => forget(redis, video));
    if (text !== null) await redis.set(progressKey(video), text);
    await closeProgress(redis, video, run(1, 1));
    t.strictSame(await writeProgress(redis, video, update({ run: run(1, 1) })), { accepted: false, reason: "closed" });
  }
});

t.test("a closed that names no pair closes the pair of the hash", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  await redis.hset(progressKey(video), { generation: 1, attempt: 1, closed: "true" });
  t.match(await writeProgress(redis, video, update({ run: run(1, 1) })), { reason: "closed" });
  t.match(await writeProgress(redis, video, update({ run: run(1, 2) })), { accepted: true });
});

t.test("whatever is there, a write ends in a clean hash", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  const key = progressKey(video);
  const fill: (() => Promise<unknown>)[] = [
    () => redis.set(key, '{"percent": 90}'),
    () => redis.rpush(key, "x"),
    () => redis.xadd(key, "*", "percent", "90"),
    () => redis.hset(key, { generation: "x", attempt: "-1", percent: "1e999", started_at: '"\\', junk: "1" }),
    () => redis.hset(key, { generation: "1", attempt: "", percent: "nan", started_at: "soon", junk: "1" }),
  ];
  for (const put of fill) {
    await redis.del(key);
    await put();
    t.strictSame(await writeProgress(redis, video, update({ run: run(1, 1), percent: 12 })), {
      accepted: true,
      percent: 12,
    });
    const hash = await redis.hgetall(key);
    t.equal(hash.junk, undefined);
    t.equal(hash.started_at, hash.updated_at);
  }
});

t.test("another writer's plain hash: last percent kept by the fence, the next run not hidden", async (t) => {
  const job = aJob();
  t.teardown(() => forget(redis, job));
  const snapshot = async () => (await readSnapshots(redis, [job]))[0];
  await writeStatus(redis, job, { status: "RUNNING", generation: 1, version: 1 });
  await redis.hset(progressKey(job), { percent: "87", step: "rows" });
  t.match(await snapshot(), { progress: { percent: 87, step: "rows", attempt: null }, lastPercent: 87 });
  await closeProgress(redis, job, run(1, 1));
  await closeProgress(redis, job, run(1, 1));
  await writeStatus(redis, job, { status: "FAILED", generation: 1, version: 2 });
  t.match(await snapshot(), { progress: null, lastPercent: 87 });
  await writeStatus(redis, job, { status: "RUNNING", generation: 2, version: 3 });
  t.match(await snapshot(), { progress: null, lastPercent: 0 });
  await redis.hset(progressKey(job), { percent: "4" });
  t.match(await snapshot(), { progress: { percent: 4 }, lastPercent: 4 });
});

t.test("both channels hear of progress and of the fence", async (t) => {
  const video = aVideo();
  const listener = redis.duplicate();
  t.teardown(async () => {
    listener.disconnect();
    await forget(redis, video);
  });
  await listener.subscribe(eventsChannel(video), tenantEventsChannel(video.tenantId));
  const heard: string[] = [];
  const four = new Promise<void>((resolve) => {
    listener.on("message", (_channel: string, text: string) => {
      if (heard.push(text) === 4) resolve();
    });
  });
  await writeProgress(redis, video, update({ run: run(1, 2), version: 6, percent: 12.5, stepNameDisplay: 'a "b"' }));
  const row = { ...run(1, 2), run_token: "secret" };
  await closeProgress(redis, video, row);
  await writeProgress(redis, video, update({ run: run(1, 2) }));
  await four;
  t.equal(heard[0], heard[1]);
  const message = JSON.parse(heard[0] ?? "");
  const hash = await redis.hgetall(progressKey(video));
  t.strictSame(message, {
    kind: "progress",
    video_id: video.videoId,
    generation: 1,
    attempt: 2,
    version: 6,
    step: "transcoding",
    step_index: 4,
    step_total: 7,
    step_percent: 50,
    remaining_seconds: 90,
    remaining_low: null,
    remaining_high: null,
    step_name_display: 'a "b"',
    percent: 12.5,
    started_at: hash.started_at,
    updated_at: hash.updated_at,
  });
  const { updated_at, ...closing } = JSON.parse(heard[2] ?? "");
  t.ok(Date.parse(updated_at));
  t.strictSame(
    closing,
    { kind: "progress", video_id: video.videoId, generation: 1, attempt: 2, version: null, closed: true },
    "nothing else of the row that gave the run is published",
  );
});

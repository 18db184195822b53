import t from "tap";
import {
  closeProgress,
  deleteStatus,
  eventsChannel,
  progressKey,
  readSnapshots,
  redisNow,
  refreshStatusExpiry,
  type StatusRecord,
  statusKey,
  tenantEventsChannel,
  writeProgress,
  writeStatus,
} from "../src/index.ts";
import { wasGiven } from "./support/expiry.ts";
import { connectRedis } from "./support/stack.ts";
import { aJob, aVideo, forget } from "./support/subjects.ts";
import { run, update } from "./support/updates.ts";

const SIX_HOURS = 6 * 60 * 60;
const redis = await connectRedis();
t.teardown(() => redis.disconnect());

const processing: StatusRecord = { status: "PROCESSING", generation: 1, version: 2 };
const ready: StatusRecord = { status: "READY", generation: 1, version: 3, hls_path: "a/master.m3u8", duration: 61 };

t.test("a status is written as JSON with Redis's time, and without what is null", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  const before = await redisNow(redis);
  t.strictSame(await writeStatus(redis, video, { ...ready, error_code: null, error_reason: undefined }), {
    accepted: true,
  });
  const after = await redisNow(redis);
  const { updated_at, ...record } = JSON.parse((await redis.get(statusKey(video))) ?? "");
  t.strictSame(record, ready);
  t.match(updated_at, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
  t.ok(Date.parse(updated_at) >= before && Date.parse(updated_at) <= after);
});

t.test("only a greater (generation, version) is accepted", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  const at = (generation: number, version: number) => writeStatus(redis, video, { ...processing, generation, version });
  for (const [generation, version, accepted] of [
    [2, 5, true],
    [2, 5, false],
    [2, 4, false],
    [1, 99, false],
    [2, 6, true],
    [3, 1, true],
    [2, 7, false],
    [9007199254740991, 9007199254740990, true],
    [9007199254740991, 9007199254740991, true],
    [9007199254740991, 9007199254740990, false],
  ] as const) {
    t.strictSame(await at(generation, version), { accepted }, `${generation}.${version}`);
  }
});

t.test("what is there and cannot be read gives way", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  const key = statusKey(video);
  for (const text of [
    "",
    "text",
    "[]",
    "{",
    "null",
    '{"generation":"x"}',
    '{"generation":-1,"version":9}',
    "\xff\x00",
  ]) {
    await redis.set(key, text);
    t.strictSame(await writeStatus(redis, video, processing), { accepted: true }, JSON.stringify(text));
  }
  await redis.del(key);
  await redis.rpush(key, "a list");
  t.strictSame(await writeStatus(redis, video, processing), { accepted: true });
});

t.test("expiry: 6 h at work, else none; a final one only where asked for", async (t) => {
  const video = aVideo();
  const job = aJob();
  t.teardown(() => forget(redis, video, job));
  const before = await redisNow(redis);
  const given = (seconds: number) => wasGiven(redis, statusKey(video), seconds, before);
  const ttl = () => redis.ttl(statusKey(video));
  let version = 0;
  const write = async (status: StatusRecord["status"], finalTtlSeconds?: number) => {
    version += 1;
    await writeStatus(redis, video, { status, generation: 1, version }, { finalTtlSeconds });
  };
  await write("UPLOADED");
  t.equal(await ttl(), -1);
  await write("PROCESSING");
  t.ok(await given(SIX_HOURS));
  await write("UPLOADED");
  t.equal(await ttl(), -1);
  await write("PROCESSING", 3600);
  t.ok(await given(SIX_HOURS));
  await write("READY");
  t.equal(await ttl(), -1);
  await write("FAILED", 86_400);
  t.ok(await given(86_400));
  await writeStatus(redis, job, { status: "RUNNING", generation: 1, version: 1 });
  t.ok(await wasGiven(redis, statusKey(job), SIX_HOURS, before));
  await writeStatus(redis, job, { status: "DONE", generation: 1, version: 2 });
  t.equal(await redis.ttl(statusKey(job)), -1);
});

t.test("the expiry slides only for a status at work of the same generation", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  const key = statusKey(video);
  const before = await redisNow(redis);
  const isSlid = () => wasGiven(redis, key, SIX_HOURS, before);
  const refresh = async (generation: number) => (await refreshStatusExpiry(redis, video, generation)).refreshed;
  t.equal(await refresh(1), false, "no key");
  t.equal(await redis.exists(key), 0);
  for (const text of [
    "no json",
    '{"status":"PROCESSING"}',
    '{"status":"PROCESSING","generation":2}',
    '["PROCESSING"]',
  ]) {
    await redis.set(key, text, "EX", 100);
    t.equal(await refresh(1), false, text);
    t.ok((await redis.ttl(key)) <= 100);
  }
  await redis.set(key, '{"generation": 1, "status": "PROCESSING", "spelled": "by another writer"}', "EX", 100);
  t.equal(await refresh(1), true);
  t.ok(await isSlid());
  await writeStatus(redis, video, { ...processing, version: 1 });
  await redis.expire(key, 100);
  await writeProgress(redis, video, update({ run: run(1, 1) }));
  t.ok(await isSlid(), "slid by progress");
  await redis.expire(key, 100);
  await writeProgress(redis, video, update({ run: run(2, 1) }));
  t.ok((await redis.ttl(key)) <= 100, "not by another generation's");
  await writeStatus(redis, video, ready, { finalTtlSeconds: 7200 });
  t.equal(await refresh(1), false, "final");
  t.ok((await redis.ttl(key)) <= 7200);
  await redis.del(key);
  await redis.hset(key, "status", "PROCESSING");
  t.equal(await refresh(1), false, "of another type");
});

t.test("a result is kept as it is up to 10 KiB, and left out above", async (t) => {
  const job = aJob();
  t.teardown(() => forget(redis, job));
  const results = [
    [],
    {},
    { rows: [], none: null, deep: [[[]]] },
    "",
    0,
    false,
    "\ud800",
    JSON.parse(`${"[".repeat(1500)}${"]".repeat(1500)}`),
  ];
  for (const [index, result] of results.entries()) {
    const version = index + 1;
    t.ok((await writeStatus(redis, job, { status: "DONE", generation: 1, version, result })).accepted);
    const [snapshot] = await readSnapshots(redis, [job]);
    t.equal(JSON.stringify(snapshot?.result), JSON.stringify(result));
    t.equal(snapshot?.resultOmitted, false);
    const older = await writeStatus(redis, job, { status: "RUNNING", generation: 1, version: index });
    t.strictSame(older, { accepted: false }, "and does not hide how new the status is");
  }
  const fits = "x".repeat(10 * 1024 - 2);
  await writeStatus(redis, job, { status: "DONE", generation: 2, version: 1, result: fits });
  t.equal((await readSnapshots(redis, [job]))[0]?.result, fits);
  await writeStatus(redis, job, { status: "DONE", generation: 2, version: 2, result: `${fits}x` });
  t.match((await readSnapshots(redis, [job]))[0], { result: null, resultOmitted: true });
});

t.test("an accepted status is published on both channels, a refused one on none", async (t) => {
  const job = aJob();
  const listener = redis.duplicate();
  t.teardown(async () => {
    listener.disconnect();
    await forget(redis, job);
  });
  await listener.subscribe(eventsChannel(job), tenantEventsChannel(job.tenantId));
  const heard: [string, string][] = [];
  const four = new Promise<void>((resolve) => {
    listener.on("message", (channel: string, text: string) => {
      if (heard.push([channel, text]) === 4) resolve();
    });
  });
  await writeStatus(redis, job, { status: "RUNNING", generation: 1, version: 2, job_type: "import" });
  await writeStatus(redis, job, { status: "RUNNING", generation: 1, version: 2, job_type: "import" });
  await writeStatus(redis, job, {
    status: "DONE",
    generation: 1,
    version: 3,
    job_type: "import",
    result: { rows: [] },
  });
  await four;
  t.strictSame(
    heard.map(([channel]) => channel),
    [eventsChannel(job), tenantEventsChannel(job.tenantId), eventsChannel(job), tenantEventsChannel(job.tenantId)],
  );
  const { updated_at, ...message } = JSON.parse(heard[3]?.[1] ?? "");
  const common = { kind: "status", job_id: job.jobId, attempt: null, generation: 1, version: 3 };
  t.strictSame(message, { ...common, status: "DONE", job_type: "import", result: { rows: [] } });
  t.equal(updated_at, (await readSnapshots(redis, [job]))[0]?.updatedAt);
});

t.test("deleteStatus removes the status and leaves the fence", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  await writeStatus(redis, video, { status: "READY", generation: 1, version: 1 });
  await closeProgress(redis, video, { generation: 1, attempt: 1 });
  await deleteStatus(redis, video);
  t.same(await redis.exists(statusKey(video)), 0);
  t.same(await redis.exists(progressKey(video)), 1);
});

t.test("what no caller may write is refused before Redis is asked", async (t) => {
  const code = { code: "KEYS_INVALID_ARGUMENT" };
  await t.rejects(writeStatus(redis, aVideo(), { status: "DONE", generation: 1, version: 1 }), code);
  await t.rejects(writeStatus(redis, aJob(), { status: "READY", generation: 1, version: 1 }), code);
  await t.rejects(writeStatus(redis, aVideo(), { ...processing, generation: -1 }), code);
  await t.rejects(writeStatus(redis, aVideo(), { ...processing, version: 1.5 }), code);
  await t.rejects(writeStatus(redis, aVideo(), ready, { finalTtlSeconds: 0 }), code);
  await t.rejects(writeProgress(redis, aVideo(), update({ run: run(1, Number.NaN) })), code);
});

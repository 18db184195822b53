import t from "tap";
import {
  defaultSnapshot,
  legacyProgressKey,
  progressKey,
  readSnapshots,
  type Snapshot,
  type Subject,
  statusKey,
  writeProgress,
  writeStatus,
} from "../src/index.ts";
import { RecordingRedis } from "./support/recording.ts";
import { connectRedis, redisUrl } from "./support/stack.ts";
import { aJob, aVideo, forget } from "./support/subjects.ts";
import { run, update } from "./support/updates.ts";

const redis = await connectRedis();
t.teardown(() => redis.disconnect());

async function read(subject: Subject): Promise<Snapshot> {
  const [snapshot] = await readSnapshots(redis, [subject]);
  if (snapshot === undefined) throw new Error("fewer answers than questions");
  return snapshot;
}

t.test("no status key: the default, whatever progress holds", async (t) => {
  const [video, job] = [aVideo(), aJob()];
  t.teardown(() => forget(redis, video, job));
  await writeProgress(redis, video, update({ run: run(1, 1) }));
  await redis.set(legacyProgressKey(job), '{"percent": 50}');
  t.strictSame(await read(video), defaultSnapshot(video));
  t.strictSame(await read(job), defaultSnapshot(job));
  t.match(await read(video), { known: false, status: "PENDING", progress: null, lastPercent: 0 });
  t.match(await read(job), { known: false, status: "UNKNOWN" });
});

t.test("answers come in the order asked, also for one asked twice, and none for none", async (t) => {
  const videos = Array.from({ length: 100 }, () => aVideo());
  t.teardown(() => forget(redis, ...videos));
  await Promise.all(
    videos.map((video, version) => writeStatus(redis, video, { status: "UPLOADED", generation: 1, version })),
  );
  const asked = [...videos, ...videos.slice(0, 3), aVideo()];
  const versions = (await readSnapshots(redis, asked)).map((snapshot) => snapshot.version);
  t.strictSame(versions, [...videos.keys(), 0, 1, 2, null]);
  t.strictSame(await readSnapshots(redis, []), []);
});

t.test("a final video", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  await writeProgress(redis, video, update({ run: run(1, 1), percent: 73 }));
  const done = { status: "READY", generation: 1, version: 4, hls_path: "x/master.m3u8", duration: 61 } as const;
  await writeStatus(redis, video, done);
  t.match(await read(video), { known: true, status: "READY", hlsPath: "x/master.m3u8", duration: 61, progress: null });
  const reasons = { error_code: "ENCODE_FAILED", error_reason: "실패", error_reason_en: "failed" };
  await writeStatus(redis, video, { status: "FAILED", generation: 1, version: 5, ...reasons });
  const failed = { errorCode: "ENCODE_FAILED", errorReason: "실패", errorReasonEn: "failed" };
  t.match(await read(video), { status: "FAILED", ...failed, progress: null, lastPercent: 73 });
  await redis.del(progressKey(video));
  t.match(await read(video), { status: "FAILED", lastPercent: 0 });
});

t.test("progress of another generation is not shown, absent matches", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  await writeStatus(redis, video, { status: "PROCESSING", generation: 2, version: 1 });
  await writeProgress(redis, video, update({ run: run(1, 1) }));
  t.match(await read(video), { progress: null, lastPercent: 0 });
  await writeProgress(redis, video, update({ run: run(2, 3), percent: 9 }));
  t.match(await read(video), { progress: { percent: 9, attempt: 3, step: "transcoding" }, lastPercent: 9 });
  await redis.hdel(progressKey(video), "generation");
  t.match(await read(video), { progress: { percent: 9 } });
  await redis.set(statusKey(video), '{"status": "PROCESSING"}');
  await writeProgress(redis, video, update({ run: run(7, 1), percent: 8 }));
  t.match(await read(video), { generation: null, progress: { percent: 8 } });
});

t.test("another team's plain hash", async (t) => {
  const job = aJob();
  t.teardown(() => forget(redis, job));
  await writeStatus(redis, job, { status: "RUNNING", generation: 1, version: 1, job_type: "import" });
  const cases: [Record<string, string>, object | null][] = [
    [{ percent: "45" }, { percent: 45, step: null, updatedAt: null, attempt: null }],
    [
      { percent: "100", step: "reading rows" },
      { percent: 100, step: "reading rows" },
    ],
    [
      { percent: "NaN", step: "x".repeat(500) },
      { percent: 0, step: "x".repeat(64) },
    ],
    [
      { percent: "1e999", step_index: "0", step_total: "-1" },
      { percent: 0, stepIndex: null, stepTotal: null },
    ],
    [
      { percent: "-5", remaining_seconds: "-1" },
      { percent: 0, remainingSeconds: null },
    ],
    [
      { percent: "5", remaining_seconds: "7", remaining_low: "9", remaining_high: "8" },
      { remainingSeconds: 7, remainingLow: null, remainingHigh: null },
    ],
    [
      { percent: "abc", step_percent: "140" },
      { percent: 0, stepPercent: 100 },
    ],
    [{ step: "only a step" }, { percent: 0, step: "only a step" }],
    [{ percent: "5", updated_at: "2026-11-20T19:00:00+09:00" }, { updatedAt: "2026-11-20T10:00:00.000Z" }],
    [
      { percent: "5", updated_at: "just now", started_at: "" },
      { updatedAt: null, startedAt: null },
    ],
    [{ percent: "5", __proto__x: "1", constructor: "2", hasOwnProperty: "3", toString: "4" }, { percent: 5 }],
    [{ something: "else" }, null],
  ];
  for (const [hash, progress] of cases) {
    await redis.del(progressKey(job));
    await redis.hset(progressKey(job), hash);
    t.match(await read(job), { known: true, jobType: "import", progress }, JSON.stringify(hash).slice(0, 80));
  }
  await redis.del(progressKey(job));
  await redis.hset(progressKey(job), "__proto__", "5");
  t.match(await read(job), { progress: null });
  t.equal(({} as { percent?: unknown }).percent, undefined);
});

t.test("a video at work shows at most 99 and only its own steps", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  await writeStatus(redis, video, { status: "PROCESSING", generation: 1, version: 1 });
  await redis.hset(progressKey(video), { percent: "100", step: "warping", generation: "1" });
  t.match(await read(video), { progress: { percent: 99, step: null }, lastPercent: 99 });
});

t.test("a status that says nothing is the default", async (t) => {
  const [video, job] = [aVideo(), aJob()];
  t.teardown(() => forget(redis, video, job));
  const texts = ["", "text", "[]", "null", "7", '"READY"', "{}", '{"status":"ready"}', '{"status":["READY"]}', "{"];
  for (const text of [...texts, '{"__proto__":{"status":"READY"}}', '{"status":"RUNNING"}']) {
    await redis.set(statusKey(video), text);
    t.strictSame(await read(video), defaultSnapshot(video), text);
  }
  await redis.set(statusKey(job), '{"status":"READY"}');
  t.strictSame(await read(job), defaultSnapshot(job), "a video's status is none of a job");
});

t.test("progress as a JSON string", async (t) => {
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  await writeStatus(redis, video, { status: "PROCESSING", generation: 1, version: 1 });
  await redis.set(
    progressKey(video),
    '{"progress": 41, "step": "probing", "step_index": 3, "updated_at": 1795169472.345}',
  );
  const updatedAt = "2026-11-20T10:11:12.345Z";
  t.match(await read(video), { progress: { percent: 41, step: "probing", stepIndex: 3, updatedAt } });
  await redis.set(progressKey(video), '{"percent": 41, "generation": 2}');
  t.match(await read(video), { progress: null });
  for (const text of ["", "41", "[41]", "null", "{"]) {
    await redis.set(progressKey(video), text);
    t.match(await read(video), { known: true, progress: null }, text);
  }
});

t.test("legacy keys count only beside a status without a generation", async (t) => {
  for (const subject of [aVideo(), aJob()]) {
    t.teardown(() => forget(redis, subject));
    const status = subject.kind === "video" ? "PROCESSING" : "RUNNING";
    await redis.set(legacyProgressKey(subject), '{"percent": 30}');
    await writeStatus(redis, subject, { status, generation: 1, version: 1 });
    t.match(await read(subject), { progress: null }, "a generation");
    for (const generation of ["null", '"x"', "-1"]) {
      await redis.set(statusKey(subject), `{"status": "${status}", "generation": ${generation}}`);
      t.match(await read(subject), { generation: null, progress: null }, `generation ${generation}`);
    }
    await redis.set(statusKey(subject), `{"status": "${status}"}`);
    t.match(await read(subject), { known: true, progress: { percent: 30 } });
    await redis.set(statusKey(subject), '{"status": "FAILED"}');
    t.match(await read(subject), { progress: null, lastPercent: 30 });
    await redis.set(statusKey(subject), `{"status": "${status}"}`);
    await redis.set(legacyProgressKey(subject), `{"percent": 30, "tenant_id": ${subject.tenantId + 1}}`);
    t.match(await read(subject), { progress: null }, "another tenant's");
    await redis.hset(progressKey(subject), "percent", "7");
    t.match(await read(subject), { progress: { percent: 7 } }, "the tenant's own key goes first");
  }
});

t.test("the hot path is GET and HGETALL; only old data asks again", async (t) => {
  const recording = new RecordingRedis(await redisUrl());
  t.teardown(() => recording.disconnect());
  await recording.ping();
  const video = aVideo();
  t.teardown(() => forget(redis, video));
  const commands = async () => {
    recording.commands.length = 0;
    await readSnapshots(recording, [video]);
    return recording.commands.join(" ");
  };
  t.equal(await commands(), "get hgetall");
  await writeStatus(redis, video, { status: "PROCESSING", generation: 1, version: 1 });
  t.equal(await commands(), "get hgetall");
  await writeProgress(redis, video, update({ run: run(1, 1) }));
  t.equal(await commands(), "get hgetall");
  await redis.set(progressKey(video), "{}");
  t.equal(await commands(), "get hgetall get");
  await redis.set(statusKey(video), '{"status": "PROCESSING"}');
  t.equal(await commands(), "get hgetall get get");
  await redis.set(statusKey(video), '{"status": "READY"}');
  t.equal(await commands(), "get hgetall");
});

t.test("it throws only where Redis is out of reach", async (t) => {
  const nowhere = await connectRedis({ enableOfflineQueue: false, lazyConnect: true });
  t.teardown(() => nowhere.disconnect());
  await t.rejects(readSnapshots(nowhere, [aVideo(), aVideo()]));
});

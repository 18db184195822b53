import fc from "fast-check";
import type { Redis } from "ioredis";
import t from "tap";
import {
  closeProgress,
  defaultSnapshot,
  isFinalStatus,
  JOB_STATUSES,
  legacyProgressKey,
  progressKey,
  readSnapshots,
  type Snapshot,
  STEPS,
  type Subject,
  statusKey,
  VIDEO_STATUSES,
  writeProgress,
  writeStatus,
} from "../src/index.ts";
import { connectRedis } from "./support/stack.ts";
import { aJob, aVideo, forget } from "./support/subjects.ts";
import { run, update } from "./support/updates.ts";

// As the services that read have it: here an error reply comes back inside a pipeline.
const redis = await connectRedis({ enableAutoPipelining: true });
t.teardown(() => redis.disconnect());

const PROGRESS_FIELDS = [
  ...["percent", "progress", "step", "step_index", "step_total", "step_percent", "step_name_display"],
  ...[
    "remaining_seconds",
    "remaining_low",
    "remaining_high",
    "attempt",
    "started_at",
    "updated_at",
    "generation",
    "closed",
    "closed_percent",
  ],
];
const FIELDS = [
  ...PROGRESS_FIELDS,
  ...["status", "version", "hls_path", "duration", "error_code", "error_reason", "error_reason_en", "job_type"],
  ...["result", "result_omitted", "error_message", "tenant_id", "__proto__", "constructor", "toString", "toJSON", ""],
];
const nearly = fc.constantFrom(
  ...["PENDING", "PROCESSING", "RUNNING", "READY", "DONE", "FAILED", "NaN", "1e999", "-5", "abc", "0x1", "1", "2.5"],
  ...["100", "1.1", "9007199254740993", "true", "transcoding", "2026-11-20T10:11:12.345Z", "9999-99-99T99:99:99Z", ""],
);
const value = fc.oneof(nearly, fc.jsonValue(), fc.double(), fc.string({ unit: "binary" }));
const jsonObject = fc
  .array(fc.tuple(fc.constantFrom(...FIELDS), value))
  .map((pairs) => `{${pairs.map(([name, content]) => `${JSON.stringify(name)}:${JSON.stringify(content)}`).join()}}`);
/** A status that says something, so that what is under the other keys comes to matter. */
const decodable = fc
  .tuple(fc.constantFrom("PENDING", "PROCESSING", "RUNNING", "FAILED", "READY"), jsonObject)
  .map(([status, rest]) => `{"status":"${status}"${rest === "{}" ? "}" : `,${rest.slice(1)}`}`);
const bytes = fc.uint8Array({ maxLength: 60 }).map((content) => Buffer.from(content));
const members = fc.array(fc.oneof(bytes, nearly), { minLength: 1, maxLength: 4 });
const pairs = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...FIELDS), bytes), fc.oneof(bytes, nearly)), {
  minLength: 1,
  maxLength: 12,
});

/** Puts content of some type under a key. */
type Put = (key: string) => Promise<unknown>;
const content: fc.Arbitrary<Put> = fc.oneof(
  fc.constant<Put>(async () => null),
  fc.oneof(bytes, nearly, jsonObject, decodable, fc.json()).map((text) => (key: string) => redis.set(key, text)),
  pairs.map((list) => (key: string) => redis.hset(key, ...list.flat())),
  members.map((list) => (key: string) => redis.rpush(key, ...list)),
  members.map((list) => (key: string) => redis.sadd(key, ...list)),
  members.map((list) => (key: string) => redis.zadd(key, ...list.flatMap((member, score) => [score, member]))),
  pairs.map((list) => (key: string) => redis.xadd(key, "*", ...list.flat())),
  members.map((list) => (key: string) => redis.pfadd(key, ...list)),
  fc.constant<Put>((key) => redis.geoadd(key, 127, 37, "Seoul")),
);
const readable = fc.oneof(
  decodable.map((text) => (key: string) => redis.set(key, text)),
  content,
);
/** A hash with fields that count as progress, so that what they hold comes to matter. */
const hash = fc.array(fc.tuple(fc.constantFrom(...PROGRESS_FIELDS), fc.oneof(nearly, bytes)), { minLength: 1 });
const telling = fc.oneof(
  hash.map((list) => (key: string) => redis.hset(key, ...list.flat())),
  content,
);

function within(number: number | null, least: number, most: number): boolean {
  return number === null || (Number.isFinite(number) && number >= least && number <= most);
}

function isMoment(text: string | null): boolean {
  return text === null || new Date(text).toISOString() === text;
}

function isText(text: unknown, limit = Number.POSITIVE_INFINITY): boolean {
  return text === null || (typeof text === "string" && text.length > 0 && text.length <= limit);
}

/** What is wrong with a snapshot; empty where it is what its type and docstrings promise. */
function faults(subject: Subject, s: Snapshot): string[] {
  const statuses: readonly string[] = subject.kind === "video" ? VIDEO_STATUSES : [...JOB_STATUSES, "UNKNOWN"];
  const most = subject.kind === "video" ? 99 : 100;
  const p = s.progress;
  const checks: Record<string, boolean> = {
    fields: Object.keys(s).sort().join() === Object.keys(defaultSnapshot(subject)).sort().join(),
    status: statuses.includes(s.status),
    known: s.known ? s.status !== "UNKNOWN" : JSON.stringify(s) === JSON.stringify(defaultSnapshot(subject)),
    counters: [s.generation, s.version].every((n) => within(n, 0, Number.MAX_SAFE_INTEGER)),
    moment: isMoment(s.updatedAt),
    texts: [s.hlsPath, s.errorCode, s.errorReason, s.errorReasonEn, s.jobType, s.errorMessage].every((x) => isText(x)),
    duration: within(s.duration, 0, Number.MAX_VALUE),
    result: JSON.stringify(s.result) !== undefined && typeof s.resultOmitted === "boolean",
    lastPercent: within(s.lastPercent, 0, most),
    final: p === null || !isFinalStatus(s.status),
    percent: p === null || (typeof p.percent === "number" && within(p.percent, 0, most)),
    step:
      p === null ||
      (isText(p.step, 64) && (subject.kind === "job" || p.step === null || [...STEPS].join().includes(p.step))),
    display: p === null || isText(p.stepNameDisplay, 200),
    stepNumbers: p === null || [p.stepIndex, p.stepTotal].every((n) => within(n, 1, Number.MAX_SAFE_INTEGER)),
    stepPercent: p === null || within(p.stepPercent, 0, 100),
    others:
      p === null || (within(p.remainingSeconds, 0, Number.MAX_VALUE) && within(p.attempt, 0, Number.MAX_SAFE_INTEGER)),
    between:
      p === null ||
      p.remainingLow === null ||
      (p.remainingHigh !== null && 0 <= p.remainingLow && p.remainingLow <= p.remainingHigh),
    moments: p === null || (isMoment(p.startedAt) && isMoment(p.updatedAt)),
    prototype: Object.getPrototypeOf(s) === Object.prototype && !("polluted" in {}),
  };
  return Object.entries(checks).flatMap(([name, holds]) => (holds ? [] : [name]));
}

t.test("any bytes in any key read as a valid snapshot, and every writer still works", async (t) => {
  const subjects = fc.constantFrom(aVideo, aJob).map((make): Subject => make());
  const property = fc.asyncProperty(subjects, readable, telling, content, async (subject, status, progress, legacy) => {
    await Promise.all([status(statusKey(subject)), progress(progressKey(subject)), legacy(legacyProgressKey(subject))]);
    const found = await readOne(redis, subject);
    const atWork = subject.kind === "video" ? "PROCESSING" : "RUNNING";
    await writeProgress(redis, subject, update({ run: run(2 ** 52, 1) }));
    await closeProgress(redis, subject, run(2 ** 52, 1));
    const { accepted } = await writeStatus(redis, subject, { status: atWork, generation: 2 ** 52, version: 1 });
    const written = await readOne(redis, subject);
    await forget(redis, subject);
    const wrong = [...faults(subject, found), ...faults(subject, written)];
    if (wrong.length > 0) throw new Error(`${wrong.join()} in ${JSON.stringify([found, written])}`);
    return accepted && written.known;
  });
  await fc.assert(property, { numRuns: 600 });
  t.pass();
});

t.test("a result of any JSON comes back as it went in", async (t) => {
  const property = fc.asyncProperty(fc.jsonValue(), async (result) => {
    const job = aJob();
    await writeStatus(redis, job, { status: "DONE", generation: 1, version: 2, result });
    const older = await writeStatus(redis, job, { status: "RUNNING", generation: 1, version: 1 });
    const snapshot = await readOne(redis, job);
    await forget(redis, job);
    return !older.accepted && JSON.stringify(snapshot.result) === JSON.stringify(result);
  });
  await fc.assert(property, { numRuns: 150 });
  t.pass();
});

async function readOne(by: Redis, subject: Subject): Promise<Snapshot> {
  const [snapshot] = await readSnapshots(by, [subject]);
  if (snapshot === undefined) throw new Error("no answer");
  return snapshot;
}

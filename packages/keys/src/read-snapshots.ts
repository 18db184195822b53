import { type ReadProgress, readLegacyProgress, readProgress, readProgressText } from "./read-progress.ts";
import { type ReadStatus, readStatus } from "./read-status.ts";
import { legacyProgressKey, progressKey, statusKey } from "./redis-names.ts";
import type { RedisLike } from "./scripts.ts";
import { defaultSnapshot, type Snapshot } from "./snapshot.ts";
import { isFinalStatus } from "./states.ts";
import type { Subject } from "./subjects.ts";

const WRONG_TYPE = Symbol("a key of another type");

/**
 * What Redis holds on each subject, in the order asked. One round trip, GET and HGETALL a subject, sent as single
 * commands: with ioredis's `enableAutoPipelining` all polls of one tick share one write (in a Cluster one a node).
 * Only what old writers left (a status without generation, progress as a JSON string) costs a second round trip.
 * Content never makes it throw: what cannot be read is as if it were not there. What it throws is Redis's being
 * out of reach (or loading, or refusing us).
 */
export async function readSnapshots(redis: RedisLike, subjects: readonly Subject[]): Promise<Snapshot[]> {
  return Promise.all(subjects.map((subject) => readSnapshot(redis, subject)));
}

async function readSnapshot(redis: RedisLike, subject: Subject): Promise<Snapshot> {
  const [text, hash] = await Promise.all([
    anyType(redis.get(statusKey(subject))),
    anyType(redis.hgetall(progressKey(subject))),
  ]);
  const status = readStatus(subject, text === WRONG_TYPE ? null : text);
  if (status === null) return defaultSnapshot(subject);
  if (!showsProgress(status.snapshot.status)) return status.snapshot;
  const progress = hash === WRONG_TYPE ? null : readProgress(subject, hash);
  const found = progress ?? (await readOldProgress(redis, subject, status, hash === WRONG_TYPE));
  return found === null ? status.snapshot : merge(status.snapshot, found);
}

/** The second round trip, and none where nothing can be there. */
async function readOldProgress(
  redis: RedisLike,
  subject: Subject,
  status: ReadStatus,
  isNoHash: boolean,
): Promise<ReadProgress | null> {
  const [text, legacy] = await Promise.all([
    isNoHash ? anyType(redis.get(progressKey(subject))) : null,
    status.legacy ? anyType(redis.get(legacyProgressKey(subject))) : null,
  ]);
  return (
    readProgressText(subject, text === WRONG_TYPE ? null : text) ??
    readLegacyProgress(subject, legacy === WRONG_TYPE ? null : legacy)
  );
}

/** Progress counts only for the generation the status is of; absent on either side matches. */
function merge(snapshot: Snapshot, progress: ReadProgress): Snapshot {
  const { generation } = snapshot;
  const matches = progress.generation === null || generation === null || progress.generation === generation;
  const fields = matches ? progress.fields : null;
  const kept = progress.closed !== null && progress.closed.generation === generation ? progress.closed.percent : null;
  return {
    ...snapshot,
    progress: isFinalStatus(snapshot.status) ? null : fields,
    lastPercent: kept ?? fields?.percent ?? 0,
  };
}

/** A FAILED shows how far it came; the other final states show nothing of it. */
function showsProgress(status: string): boolean {
  return status === "FAILED" || !isFinalStatus(status);
}

/** A key of another type is content like any other; every other error is Redis's. */
async function anyType<T>(reply: Promise<T>): Promise<T | typeof WRONG_TYPE> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("WRONGTYPE")) return WRONG_TYPE;
    throw error;
  }
}

import type { VideoErrorCode, VideoTransition } from "@lectern/contracts";
import { encodeJobId, isFinalStatus, type TenantId, type VideoId } from "@lectern/keys";
import { type Kysely, sql, type Transaction } from "kysely";
import { toJsonb } from "../db/json.ts";
import type { Database, OutboxRow, VideoRow } from "../db/schema.ts";
import { changed } from "../jobs/repository.ts";
import { type Owed, oweDeliveries } from "../outbox/repository.ts";
import { noteBegun } from "../shares/turns.ts";
import { findTombstone, findVideo } from "./repository.ts";

/** A file that ended its worker this often without a word is not tried again. */
export const MOST_CRASHES = 3;

/** A run that never handed its work back crashed; one that did has no token any more. */
export const CRASHES_AND_THIS = sql<number>`crashes + case when run_token is null then 0 else 1 end`;

/** What the crash that was one too many makes of a row. */
export const ENDED_AS_POISON = {
  ...changed,
  status: "FAILED" as const,
  crashes: sql<number>`crashes + 1`,
  error_code: "POISON" satisfies VideoErrorCode,
  finished_at: changed.updated_at,
};

/** In seconds: output of dead runs is swept when their workers have had time to fall silent, and once more. */
const SWEEPS_AFTER_RUN = [10 * 60, 24 * 60 * 60];

export type TransitionOutcome =
  | { kind: "applied"; row: VideoRow; owed: OutboxRow[] }
  /** It was so already, with the same meaning; what came first is kept. */
  | { kind: "already"; row: VideoRow }
  /** Another run, or the end, has superseded the caller. `owed` where the call itself ended the video (POISON). */
  | { kind: "stale"; row: VideoRow; owed: OutboxRow[] }
  | { kind: "deleted" }
  | { kind: "missing" };

type Of<T extends VideoTransition["transition"]> = Extract<VideoTransition, { transition: T }>;

/** Carries out what a worker reports: one conditional UPDATE decides, and the job row and the outbox follow in its transaction. */
export async function applyTransition(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
  transition: VideoTransition,
): Promise<TransitionOutcome> {
  return db.transaction().execute(async (trx) => {
    const target = { trx, tenantId, videoId };
    if (transition.transition === "processing") {
      const poisoned = await poison(target, transition);
      if (poisoned !== undefined) return { kind: "stale", row: poisoned, owed: await followPoison(trx, poisoned) };
    }
    const row = await update(target, transition);
    if (row !== undefined) {
      if (transition.transition === "processing") await noteBegun(trx, row);
      const owed = transition.transition === "released" ? [] : await follow(trx, row, recordOf(transition));
      return { kind: "applied", row, owed };
    }
    const present = await findVideo(trx, tenantId, videoId);
    if (present === undefined)
      return { kind: (await findTombstone(trx, tenantId, videoId)) === undefined ? "missing" : "deleted" };
    return isAlready(present, transition)
      ? { kind: "already", row: present }
      : { kind: "stale", row: present, owed: [] };
  });
}

interface Target {
  trx: Transaction<Database>;
  tenantId: TenantId;
  videoId: VideoId;
}

function updateOf({ trx, tenantId, videoId }: Target, generation: number) {
  return trx
    .updateTable("videos")
    .where("tenant_id", "=", tenantId)
    .where("id", "=", videoId)
    .where("generation", "=", generation);
}

async function update(target: Target, transition: VideoTransition): Promise<VideoRow | undefined> {
  if (transition.transition === "processing") return start(target, transition);
  const ofRun = updateOf(target, transition.generation)
    .where("attempt", "=", transition.attempt)
    .where("run_token", "=", transition.run_token)
    .where("status", "=", "PROCESSING");
  switch (transition.transition) {
    case "released":
      return ofRun.set({ run_token: null, updated_at: changed.updated_at }).returningAll().executeTakeFirst();
    case "ready":
      return ofRun
        .set({
          ...changed,
          status: "READY",
          hls_path: transition.hls_path,
          duration: transition.duration,
          finished_at: changed.updated_at,
        })
        .returningAll()
        .executeTakeFirst();
    case "failed":
      return ofRun
        .set({ ...changed, status: "FAILED", error_code: transition.error_code, finished_at: changed.updated_at })
        .returningAll()
        .executeTakeFirst();
  }
}

/** A new lock token is a new attempt; if the run before it never handed its work back, it crashed. */
async function start(target: Target, { generation, run_token }: Of<"processing">): Promise<VideoRow | undefined> {
  return updateOf(target, generation)
    .where("status", "in", ["UPLOADED", "PROCESSING"])
    .where("run_token", "is distinct from", run_token)
    .set({
      ...changed,
      status: "PROCESSING",
      attempt: sql<number>`attempt + 1`,
      crashes: CRASHES_AND_THIS,
      run_token,
      started_at: sql<Date>`coalesce(started_at, now())`,
    })
    .returningAll()
    .executeTakeFirst();
}

async function poison(target: Target, { generation, run_token }: Of<"processing">): Promise<VideoRow | undefined> {
  return updateOf(target, generation)
    .where("status", "=", "PROCESSING")
    .where("run_token", "is not", null)
    .where("run_token", "<>", run_token)
    .where("crashes", ">=", MOST_CRASHES - 1)
    .set(ENDED_AS_POISON)
    .returningAll()
    .executeTakeFirst();
}

function isAlready(row: VideoRow, transition: VideoTransition): boolean {
  if (row.generation !== transition.generation) return false;
  if (transition.transition === "processing")
    return row.status === "PROCESSING" && row.run_token === transition.run_token;
  if (row.attempt !== transition.attempt) return false;
  switch (transition.transition) {
    case "released":
      return row.status === "PROCESSING" && row.run_token === null;
    case "ready":
      return (
        row.status === "READY" &&
        row.run_token === transition.run_token &&
        row.hls_path === transition.hls_path &&
        row.duration === transition.duration
      );
    case "failed":
      return (
        row.status === "FAILED" && row.run_token === transition.run_token && row.error_code === transition.error_code
      );
  }
}

export interface JobRecord {
  result?: unknown;
  message?: string | undefined;
}

function recordOf(transition: VideoTransition): JobRecord {
  if (transition.transition === "ready")
    return {
      result: { hls_path: transition.hls_path, duration: transition.duration, details: transition.result ?? null },
    };
  if (transition.transition === "failed") return { message: transition.detail ?? transition.error_code };
  return {};
}

const JOB_STATUS = {
  PENDING: "PENDING",
  UPLOADED: "PENDING",
  PROCESSING: "RUNNING",
  READY: "DONE",
  FAILED: "FAILED",
} as const;

/** As {@link follow}, for a row that was {@link ENDED_AS_POISON}. */
export function followPoison(trx: Transaction<Database>, row: VideoRow): Promise<OutboxRow[]> {
  return follow(trx, row, { message: `the worker broke off ${MOST_CRASHES} times` });
}

/** The encode's job row follows its video, and both statuses are owed to Redis. */
export async function follow(trx: Transaction<Database>, row: VideoRow, record: JobRecord): Promise<OutboxRow[]> {
  const tenantId = row.tenant_id as TenantId;
  const videoId = row.id as VideoId;
  const jobId = encodeJobId(videoId, row.generation);
  await trx
    .updateTable("jobs")
    .set({
      ...changed,
      status: JOB_STATUS[row.status],
      attempt: row.attempt,
      run_token: row.run_token,
      result: toJsonb(record.result),
      error_message: record.message ?? null,
      started_at: row.started_at,
      finished_at: row.finished_at,
    })
    .where("tenant_id", "=", tenantId)
    .where("job_id", "=", jobId)
    .execute();
  const owed = { tenantId, videoId, jobId, generation: row.generation };
  const sweeps = isFinalStatus(row.status) ? SWEEPS_AFTER_RUN : [];
  return oweDeliveries(trx, [
    { kind: "video_status", ...owed },
    { kind: "job_status", ...owed },
    ...sweeps.map((dueInSeconds): Owed => ({ kind: "sweep", ...owed, dueInSeconds })),
  ]);
}

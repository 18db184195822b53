import type { TenantLimits, VideoTransition } from "@lectern/contracts";
import { encodeJobId, isFinalStatus, runPrefix, type TenantId, type VideoId } from "@lectern/keys";
import type { Kysely, Transaction } from "kysely";
import { toJsonb } from "../db/json.ts";
import type { Database, OutboxRow, VideoRow } from "../db/schema.ts";
import { changed, PAST_TOKENS_AND_THIS } from "../jobs/repository.ts";
import { type Owed, oweDeliveries } from "../outbox/repository.ts";
import { extrasOf } from "../playback/extras.ts";
import { beginRun } from "./begin.ts";
import { MOST_CRASHES } from "./crashes.ts";
import { findTombstone, findVideo } from "./repository.ts";

/** In seconds: output of dead runs is swept when their workers have had time to fall silent, and once more. */
const SWEEPS_AFTER_RUN = [10 * 60, 24 * 60 * 60];

export type TransitionOutcome =
  | { kind: "applied"; row: VideoRow; owed: OutboxRow[] }
  /** It was so already, with the same meaning; what came first is kept. */
  | { kind: "already"; row: VideoRow }
  /** Another run, or the end, has superseded the caller. `owed` where the call itself ended the video (POISON). */
  | { kind: "stale"; row: VideoRow; owed: OutboxRow[] }
  /** The tenant has as many runs as it may; nothing was changed. */
  | { kind: "limited"; most: number }
  | { kind: "deleted" }
  | { kind: "missing" };

type Of<T extends VideoTransition["transition"]> = Extract<VideoTransition, { transition: T }>;

/** Carries out what a worker reports: one conditional UPDATE decides, and the job row and the outbox follow in its transaction. */
export async function applyTransition(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
  transition: VideoTransition,
  defaults: TenantLimits,
): Promise<TransitionOutcome> {
  return db.transaction().execute(async (trx) => {
    if (transition.transition === "processing") return begin(trx, tenantId, videoId, transition, defaults);
    const row = await update(trx, tenantId, videoId, transition);
    if (row !== undefined) {
      const owed = transition.transition === "released" ? [] : await follow(trx, row, recordOf(transition));
      return { kind: "applied", row, owed };
    }
    const present = await findVideo(trx, tenantId, videoId);
    if (present === undefined) return missing(trx, tenantId, videoId);
    return isAlready(present, transition)
      ? { kind: "already", row: present }
      : { kind: "stale", row: present, owed: [] };
  });
}

async function missing(trx: Transaction<Database>, tenantId: TenantId, videoId: VideoId): Promise<TransitionOutcome> {
  return { kind: (await findTombstone(trx, tenantId, videoId)) === undefined ? "missing" : "deleted" };
}

async function begin(
  trx: Transaction<Database>,
  tenantId: TenantId,
  videoId: VideoId,
  transition: Of<"processing">,
  defaults: TenantLimits,
): Promise<TransitionOutcome> {
  const begun = await beginRun(trx, tenantId, videoId, transition, defaults);
  switch (begun.kind) {
    case "applied":
      return { kind: "applied", row: begun.row, owed: await follow(trx, begun.row, {}) };
    case "poisoned":
      return { kind: "stale", row: begun.row, owed: await followPoison(trx, begun.row) };
    case "already":
    case "limited":
      return begun;
    case "stale":
      return { ...begun, owed: [] };
    case "gone":
      return missing(trx, tenantId, videoId);
  }
}

/** What the run at work says of itself. */
type Report = Exclude<VideoTransition, { transition: "processing" }>;

async function update(
  trx: Transaction<Database>,
  tenantId: TenantId,
  videoId: VideoId,
  transition: Report,
): Promise<VideoRow | undefined> {
  const ofRun = trx
    .updateTable("videos")
    .where("tenant_id", "=", tenantId)
    .where("id", "=", videoId)
    .where("generation", "=", transition.generation)
    .where("attempt", "=", transition.attempt)
    .where("run_token", "=", transition.run_token)
    .where("status", "=", "PROCESSING");
  switch (transition.transition) {
    case "released":
      return ofRun
        .set({ run_token: null, past_tokens: PAST_TOKENS_AND_THIS, updated_at: changed.updated_at })
        .returningAll()
        .executeTakeFirst();
    case "ready":
      return ofRun
        .set({
          ...changed,
          status: "READY",
          hls_path: transition.hls_path,
          duration: transition.duration,
          ...extrasOf(transition.result, runPrefix(tenantId, videoId, transition)),
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

function isAlready(row: VideoRow, transition: Report): boolean {
  if (row.generation !== transition.generation || row.attempt !== transition.attempt) return false;
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

function recordOf(transition: Report): JobRecord {
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

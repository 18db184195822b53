import { isDeepStrictEqual } from "node:util";
import type { JobTransition } from "@lectern/contracts";
import type { JobId, TenantId } from "@lectern/keys";
import { type Kysely, sql, type Transaction } from "kysely";
import { asKept, toJsonb } from "../db/json.ts";
import type { Database, JobRow, OutboxRow } from "../db/schema.ts";
import { oweDeliveries } from "../outbox/repository.ts";
import { changed, findJob, insertJob, PAST_TOKENS_AND_THIS } from "./repository.ts";

export type JobOutcome =
  | { kind: "applied"; row: JobRow; owed: OutboxRow[] }
  | { kind: "already"; row: JobRow }
  | { kind: "stale"; row: JobRow }
  | { kind: "missing" };

/** Records a job that another team's worker runs. Recording it again is the same; `stale` where its type differs. */
export async function recordJob(
  db: Kysely<Database>,
  tenantId: TenantId,
  jobId: JobId,
  jobType: string,
): Promise<JobOutcome> {
  return db.transaction().execute(async (trx) => {
    const made = await insertJob(trx, { tenantId, jobId, jobType, generation: 1, videoId: null });
    if (made !== undefined) return { kind: "applied", row: made, owed: await oweStatus(trx, made) };
    const present = await findJob(trx, tenantId, jobId);
    if (present === undefined) return { kind: "missing" };
    return { kind: present.job_type === jobType ? "already" : "stale", row: present };
  });
}

/** Carries out what another team's worker reports, by the same rules as a video's. Encode jobs follow their video: here they are missing. */
export async function applyJobTransition(
  db: Kysely<Database>,
  tenantId: TenantId,
  jobId: JobId,
  transition: JobTransition,
): Promise<JobOutcome> {
  return db.transaction().execute(async (trx) => {
    const row = await update(trx, tenantId, jobId, transition);
    if (row !== undefined) return { kind: "applied", row, owed: await oweStatus(trx, row) };
    const present = await findJob(trx, tenantId, jobId);
    if (present === undefined || present.video_id !== null) return { kind: "missing" };
    return { kind: isAlready(present, transition) ? "already" : "stale", row: present };
  });
}

async function update(
  trx: Transaction<Database>,
  tenantId: TenantId,
  jobId: JobId,
  transition: JobTransition,
): Promise<JobRow | undefined> {
  const ofJob = trx
    .updateTable("jobs")
    .where("tenant_id", "=", tenantId)
    .where("job_id", "=", jobId)
    .where("video_id", "is", null)
    .where("generation", "=", transition.generation)
    .returningAll();
  if (transition.transition === "running")
    return (
      ofJob
        .where("status", "in", ["PENDING", "RUNNING"])
        .where("run_token", "is distinct from", transition.run_token)
        // A token that was superseded begins nothing, however late its call arrives.
        .where(sql<boolean>`${transition.run_token} <> all (past_tokens)`)
        .set({
          ...changed,
          status: "RUNNING",
          attempt: sql<number>`attempt + 1`,
          past_tokens: PAST_TOKENS_AND_THIS,
          run_token: transition.run_token,
          started_at: sql<Date>`coalesce(started_at, now())`,
        })
        .executeTakeFirst()
    );
  const outcome =
    transition.transition === "done"
      ? { status: "DONE" as const, result: toJsonb(transition.result) }
      : { status: "FAILED" as const, error_message: transition.error_message };
  return ofJob
    .where("status", "=", "RUNNING")
    .where("attempt", "=", transition.attempt)
    .where("run_token", "=", transition.run_token)
    .set({ ...changed, ...outcome, finished_at: changed.updated_at })
    .executeTakeFirst();
}

function isAlready(row: JobRow, transition: JobTransition): boolean {
  if (row.generation !== transition.generation || row.run_token !== transition.run_token) return false;
  if (transition.transition === "running") return row.status === "RUNNING";
  if (row.attempt !== transition.attempt) return false;
  if (transition.transition === "failed")
    return row.status === "FAILED" && row.error_message === transition.error_message;
  return row.status === "DONE" && isDeepStrictEqual(row.result, asKept(transition.result));
}

async function oweStatus(trx: Transaction<Database>, row: JobRow): Promise<OutboxRow[]> {
  const owed = {
    tenantId: row.tenant_id as TenantId,
    videoId: null,
    jobId: row.job_id as JobId,
    generation: row.generation,
  };
  return oweDeliveries(trx, [{ kind: "job_status", ...owed }]);
}

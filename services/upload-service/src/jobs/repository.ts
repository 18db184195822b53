import type { JobId, TenantId } from "@lectern/keys";
import { type Kysely, sql, type Transaction } from "kysely";
import type { Database, JobRow } from "../db/schema.ts";

export async function findJob(db: Kysely<Database>, tenantId: TenantId, jobId: JobId): Promise<JobRow | undefined> {
  return db
    .selectFrom("jobs")
    .selectAll()
    .where("tenant_id", "=", tenantId)
    .where("job_id", "=", jobId)
    .executeTakeFirst();
}

/** Makes the row unless it is there; gives it only where it was made. */
export async function insertJob(
  trx: Transaction<Database>,
  job: { tenantId: TenantId; jobId: JobId; jobType: string; generation: number; videoId: number | null },
): Promise<JobRow | undefined> {
  return trx
    .insertInto("jobs")
    .values({
      tenant_id: job.tenantId,
      job_id: job.jobId,
      job_type: job.jobType,
      generation: job.generation,
      video_id: job.videoId,
    })
    .onConflict((conflict) => conflict.columns(["tenant_id", "job_id"]).doNothing())
    .returningAll()
    .executeTakeFirst();
}

/** What both kinds of transition write on every change. */
export const changed = { version: sql<number>`version + 1`, updated_at: sql<Date>`now()` };

/** So many are kept: a call that comes later than that many runs have begun is of no worker that still lives. */
const MOST_TOKENS = 100;

/** The tokens of the generation's runs that are over, with that of the run that is over now. */
export const PAST_TOKENS_AND_THIS = sql<string[]>`
  case when run_token is null then past_tokens
  else (past_tokens || run_token)[greatest(1, cardinality(past_tokens) + 2 - ${MOST_TOKENS}::integer):] end`;

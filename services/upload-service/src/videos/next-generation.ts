import { ENCODE_JOB_TYPE } from "@lectern/contracts";
import { encodeJobId, type TenantId, type VideoId } from "@lectern/keys";
import { sql, type Transaction } from "kysely";
import type { Database, OutboxRow, VideoRow } from "../db/schema.ts";
import { changed, insertJob } from "../jobs/repository.ts";
import { oweDeliveries } from "../outbox/repository.ts";

/** What queueing work anew makes of a row. */
export const AS_NEXT_GENERATION = {
  ...changed,
  status: "UPLOADED" as const,
  generation: sql<number>`generation + 1`,
  attempt: 0,
  run_token: null,
  past_tokens: sql<string[]>`'{}'`,
  started_at: null,
};

/**
 * What follows when a row was moved to its next generation: that has a job row of its own, everything is owed to queue
 * and Redis, and the generation before ends, so that nobody waits for it.
 */
export async function enterGeneration(trx: Transaction<Database>, row: VideoRow): Promise<OutboxRow[]> {
  const tenantId = row.tenant_id as TenantId;
  const videoId = row.id as VideoId;
  const before = row.generation - 1;
  const jobId = encodeJobId(videoId, row.generation);
  const owed = { tenantId, videoId, jobId, generation: row.generation };
  await insertJob(trx, { tenantId, jobId, jobType: ENCODE_JOB_TYPE, generation: row.generation, videoId });
  const rows = [
    { kind: "enqueue", ...owed },
    { kind: "video_status", ...owed },
    { kind: "job_status", ...owed },
  ] as const;
  if (before === 0) return oweDeliveries(trx, rows);
  const oldJobId = encodeJobId(videoId, before);
  await trx
    .updateTable("jobs")
    .set({ ...changed, status: "FAILED", error_message: `superseded by ${jobId}`, finished_at: changed.updated_at })
    .where("tenant_id", "=", tenantId)
    .where("job_id", "=", oldJobId)
    .where("status", "in", ["PENDING", "RUNNING"])
    .execute();
  return oweDeliveries(trx, [...rows, { kind: "job_status", ...owed, jobId: oldJobId, generation: before }]);
}

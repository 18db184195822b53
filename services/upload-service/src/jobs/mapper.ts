import type { JobDetail } from "@lectern/contracts";
import type { JobRow } from "../db/schema.ts";

/** A row as the API shows it. */
export function toJobDetail(row: JobRow): JobDetail {
  return {
    job_id: row.job_id,
    job_type: row.job_type,
    status: row.status,
    generation: row.generation,
    attempt: row.attempt,
    version: row.version,
    video_id: row.video_id,
    result: row.result,
    error_message: row.error_message,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

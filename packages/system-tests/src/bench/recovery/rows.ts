import type { Pool } from "pg";

export type RowStatus = "PENDING" | "UPLOADED" | "PROCESSING" | "READY" | "FAILED";

const JOB_STATUS = { UPLOADED: "PENDING", PROCESSING: "RUNNING", READY: "DONE", FAILED: "FAILED" } as const;
/** Of the run that {@link insertVideos} gives what is PROCESSING. */
export const RUN_TOKEN = "bench:1";

/**
 * Writes videos straight into the database, with the job of what was confirmed; neither Redis nor the store hears of
 * them. Gives their ids. What is PROCESSING is in run 1.1.
 */
export async function insertVideos(
  database: Pool,
  tenant: number,
  status: RowStatus,
  count: number,
): Promise<number[]> {
  const isFinal = status === "READY" || status === "FAILED";
  const run = status === "PENDING" ? 0 : 1;
  const { rows } = await database.query<{ id: number }>(
    `INSERT INTO videos (tenant_id, title, filename, content_type, size_bytes, status, generation, attempt, version,
       run_token, hls_path, duration, error_code, source_etag, source_size, uploaded_at, started_at, finished_at)
     SELECT $1, 'Lecture ' || n, 'lecture.mp4', 'video/mp4', 1000, $2, $3, $4, $3 + 1, $5, $6, $7, $8, 'etag', 1000,
       CASE WHEN $3 = 0 THEN NULL ELSE now() END, CASE WHEN $4 = 0 THEN NULL ELSE now() END,
       CASE WHEN $9::boolean THEN now() END
     FROM generate_series(1, $10::int) AS n RETURNING id::float8 AS id`,
    [
      tenant,
      status,
      run,
      status === "UPLOADED" ? 0 : run,
      status === "PROCESSING" ? RUN_TOKEN : null,
      status === "READY" ? `tenants/${tenant}/videos/0/g1/a1/master.m3u8` : null,
      status === "READY" ? 60 : null,
      status === "FAILED" ? "SOURCE_INCOMPLETE" : null,
      isFinal,
      count,
    ],
  );
  const ids = rows.map(({ id }) => id);
  if (status !== "PENDING")
    await database.query(
      `INSERT INTO jobs (tenant_id, job_id, job_type, status, generation, attempt, version, run_token, video_id, error_message)
       SELECT tenant_id, concat('video-', id, '-g', generation), 'video_encode', $2, generation, attempt, version,
         run_token, id, error_code
       FROM videos WHERE id = ANY($1::bigint[])`,
      [ids, JOB_STATUS[status]],
    );
  return ids;
}

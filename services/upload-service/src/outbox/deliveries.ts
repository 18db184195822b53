import {
  closeProgress,
  ENCODE_QUEUE,
  isFinalStatus,
  type JobId,
  jobRef,
  type RedisLike,
  type TenantId,
  type VideoId,
  videoRef,
  writeStatus,
} from "@lectern/keys";
import type { Logger } from "@lectern/service-kit";
import type { Kysely } from "kysely";
import type { Database, JobRow, OutboxKind, OutboxRow, VideoRow } from "../db/schema.ts";
import { findJob } from "../jobs/repository.ts";
import type { EncodeQueue } from "../queue.ts";
import { jobStatusRecord, videoStatusRecord } from "../status-records.ts";
import { findVideo } from "../videos/repository.ts";

export interface DeliveryDeps {
  db: Kysely<Database>;
  queue: EncodeQueue;
  redis: RedisLike;
  /** Seconds that a final status stays in Redis; undefined for ever. */
  finalTtlSeconds: number | undefined;
  logger: Logger;
}

/**
 * How each kind is delivered. All of them may be repeated: the queue drops an id that it keeps, and Redis takes only a
 * higher (generation, version). Status rows carry no payload: the present row is read, so nothing old is written late.
 */
export function createDeliveries(deps: DeliveryDeps): Record<OutboxKind, (row: OutboxRow) => Promise<void>> {
  return {
    async enqueue({ tenant_id, video_id, generation }) {
      if (video_id === null) throw new Error("An enqueue without a video cannot be delivered.");
      await deps.queue.add({ tenant_id, video_id, generation });
      deps.logger.info(
        { tenantId: tenant_id, videoId: video_id, generation },
        `Video ${video_id} enqueued to ${ENCODE_QUEUE}`,
      );
    },
    async video_status({ tenant_id, video_id }) {
      const row = await findVideo(deps.db, tenant_id as TenantId, video_id as VideoId);
      if (row !== undefined) await writeVideoStatus(deps, row);
    },
    async job_status({ tenant_id, job_id }) {
      const row = await findJob(deps.db, tenant_id as TenantId, job_id as JobId);
      if (row === undefined) return;
      const video =
        row.video_id === null
          ? undefined
          : await findVideo(deps.db, row.tenant_id as TenantId, row.video_id as VideoId);
      await writeJobStatus(deps, row, video);
    },
  };
}

type StatusDeps = Pick<DeliveryDeps, "redis" | "finalTtlSeconds">;

/** Writes a video's status as the row has it, and closes the progress of a run that is over. */
export async function writeVideoStatus(deps: StatusDeps, row: VideoRow): Promise<void> {
  const subject = videoRef(row.tenant_id as TenantId, row.id as VideoId);
  await writeStatus(deps.redis, subject, videoStatusRecord(row), { finalTtlSeconds: deps.finalTtlSeconds });
  if (isFinalStatus(row.status)) await closeProgress(deps.redis, subject, row);
}

async function writeJobStatus(deps: StatusDeps, row: JobRow, video: VideoRow | undefined): Promise<void> {
  const subject = jobRef(row.tenant_id as TenantId, row.job_id as JobId);
  await writeStatus(deps.redis, subject, jobStatusRecord(row, video?.error_code ?? null), {
    finalTtlSeconds: deps.finalTtlSeconds,
  });
  if (isFinalStatus(row.status)) await closeProgress(deps.redis, subject, row);
}

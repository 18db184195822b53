import {
  closeProgress,
  ENCODE_QUEUE,
  isFinalStatus,
  type JobId,
  jobRef,
  type RedisLike,
  type Run,
  type StatusRecord,
  type Subject,
  type TenantId,
  type VideoId,
  videoRef,
  writeStatus,
} from "@lectern/keys";
import type { ObjectStore } from "@lectern/object-store";
import type { Logger } from "@lectern/service-kit";
import type { Kysely } from "kysely";
import type { Database, JobRow, OutboxKind, OutboxRow, VideoRow } from "../db/schema.ts";
import { findJob } from "../jobs/repository.ts";
import type { Admission } from "../limits/admission.ts";
import type { EncodeQueue } from "../queue.ts";
import { readPriority } from "../shares/turns.ts";
import { jobStatusRecord, videoStatusRecord } from "../status-records.ts";
import { findVideo } from "../videos/repository.ts";
import { withinLimit } from "../within-limit.ts";
import { fenceDeleted, sweepVideo } from "./sweep.ts";

export interface DeliveryDeps {
  db: Kysely<Database>;
  queue: EncodeQueue;
  admission: Admission;
  redis: RedisLike;
  store: ObjectStore;
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
      const priority = await readPriority(deps.db, tenant_id as TenantId, video_id as VideoId);
      // The last of a deleted video is gone.
      if (priority === undefined) return;
      const isOpen = () => deps.admission.isOpen(tenant_id as TenantId, video_id as VideoId, generation);
      const open = await isOpen();
      await deps.queue.add({ tenant_id, video_id, generation }, priority, { parked: !open });
      // A place that became free meanwhile was offered to a job that the queue did not have yet.
      if (!open && (await isOpen())) await deps.admission.admit(tenant_id as TenantId);
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
      if (row !== undefined) await writeJobStatus(deps, row);
    },
    fence: ({ tenant_id, video_id }) => withinLimit(fenceDeleted(deps, tenant_id as TenantId, video_id as VideoId)),
    sweep: ({ tenant_id, video_id }) => sweepVideo(deps, tenant_id as TenantId, video_id as VideoId),
  };
}

export type StatusDeps = Pick<DeliveryDeps, "db" | "redis" | "finalTtlSeconds">;

/**
 * Whether the progress of a run that is over is closed each time, or only where its status was written just now: who
 * puts back what may have been lost finds most statuses in place, and closing is heard by all who follow the video.
 */
export type Closing = "always" | "if written";

/** Writes a video's status as the row has it, and closes the progress of a run that is over. */
export async function writeVideoStatus(deps: StatusDeps, row: VideoRow, closing: Closing = "always"): Promise<void> {
  const subject = videoRef(row.tenant_id as TenantId, row.id as VideoId);
  await withinLimit(write(deps, subject, videoStatusRecord(row), row, closing));
}

/** As {@link writeVideoStatus}, for a job. */
export async function writeJobStatus(deps: StatusDeps, row: JobRow, closing: Closing = "always"): Promise<void> {
  const tenantId = row.tenant_id as TenantId;
  // Only of an encode that failed does the status say something that stands on the video.
  const video =
    row.video_id === null || row.status !== "FAILED"
      ? undefined
      : await findVideo(deps.db, tenantId, row.video_id as VideoId);
  const subject = jobRef(tenantId, row.job_id as JobId);
  await withinLimit(write(deps, subject, jobStatusRecord(row, video?.error_code ?? null), row, closing));
}

async function write(
  deps: StatusDeps,
  subject: Subject,
  record: StatusRecord,
  run: Run,
  closing: Closing,
): Promise<void> {
  const { accepted } = await writeStatus(deps.redis, subject, record, { finalTtlSeconds: deps.finalTtlSeconds });
  if (isFinalStatus(record.status) && (accepted || closing === "always")) await closeProgress(deps.redis, subject, run);
}

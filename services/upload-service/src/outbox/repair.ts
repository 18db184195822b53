import {
  isFinalStatus,
  type JobId,
  jobRef,
  refreshStatusExpiry,
  type TenantId,
  type VideoId,
  videoRef,
} from "@lectern/keys";
import type { JobRow, VideoRow } from "../db/schema.ts";
import { type StatusDeps, writeJobStatus, writeVideoStatus } from "./deliveries.ts";
import { fenceDeleted } from "./sweep.ts";

/** Puts a status that Redis has lost back, as a row just read has it, and keeps one of unfinished work from expiring. */
export interface StatusRepair {
  /** @throws what Redis throws */
  video(row: VideoRow): Promise<void>;
  /** @throws what Redis throws */
  job(row: JobRow): Promise<void>;
  /** Takes the statuses of a deleted video out again. @throws what Redis throws */
  deleted(row: VideoRow): Promise<void>;
}

/** Writing is all it takes: what Redis has already, or newer, stays as it is. */
export function createStatusRepair(deps: StatusDeps): StatusRepair {
  const { finalTtlSeconds } = deps;
  // What was let expire to save memory is not brought back.
  const hasExpired = ({ finished_at }: { finished_at: Date | null }): boolean =>
    finalTtlSeconds !== undefined &&
    finished_at !== null &&
    finished_at.getTime() + finalTtlSeconds * 1000 < Date.now();
  return {
    async video(row) {
      // Of a PENDING video Redis holds nothing: the default says the same.
      if (row.status === "PENDING" || hasExpired(row)) return;
      await writeVideoStatus(deps, row, "if written");
      if (isFinalStatus(row.status)) return;
      await refreshStatusExpiry(deps.redis, videoRef(row.tenant_id as TenantId, row.id as VideoId), row.generation);
    },
    async job(row) {
      if (hasExpired(row)) return;
      await writeJobStatus(deps, row, "if written");
      if (isFinalStatus(row.status)) return;
      await refreshStatusExpiry(deps.redis, jobRef(row.tenant_id as TenantId, row.job_id as JobId), row.generation);
    },
    deleted: (row) => fenceDeleted(deps, row.tenant_id as TenantId, row.id as VideoId),
  };
}

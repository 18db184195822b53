import type { TenantLimits } from "@lectern/contracts";
import { encodeJobId, type JobId, type TenantId, type VideoId } from "@lectern/keys";
import { type Logger, seldom } from "@lectern/service-kit";
import type { Kysely } from "kysely";
import type { Database } from "../db/schema.ts";
import type { EncodeQueue } from "../queue.ts";
import { withinLimit } from "../within-limit.ts";
import { jobsWithinLimit } from "./line.ts";
import { readLimits } from "./tenant-limits.ts";

/**
 * Keeps what a tenant's running limit holds back out of the workers' way: only the first of its line, as many as it has
 * free places, are offered to them; the others are parked in the queue. That is an economy: the limit itself is kept
 * where a run begins, and a job that is offered too soon is refused there and parked by its worker.
 */
export interface Admission {
  /** Whether the video's job is to be offered to the workers now. */
  isOpen(tenantId: TenantId, videoId: VideoId, generation: number): Promise<boolean>;
  /** A place may have become free: offers the tenant's next. Never rejects: what fails is found by the next sweep. */
  admit(tenantId: TenantId): Promise<void>;
  /**
   * Offers those of the jobs, which wait for their time, that ought not to be parked. Without a limit what was put back
   * for a while after a fault is left alone; under one it is offered as well, for the line would wait with it. Gives how
   * many were offered. @throws what database or queue throw
   */
  release(tenantId: TenantId, delayed: readonly JobId[]): Promise<number>;
}

export function createAdmission(
  db: Kysely<Database>,
  queue: EncodeQueue,
  defaults: TenantLimits,
  logger: Logger,
): Admission {
  let lastError: unknown;
  const logFault = seldom((extra) =>
    logger.warn({ err: lastError, ...extra }, "a free place was not given on; the next sweep does it"),
  );

  /** Undefined: all of them. */
  async function openJobs(tenantId: TenantId): Promise<JobId[] | undefined> {
    const { running } = await readLimits(db, tenantId, defaults);
    return running === null ? undefined : jobsWithinLimit(db, tenantId, running);
  }

  return {
    async isOpen(tenantId, videoId, generation) {
      const open = await openJobs(tenantId);
      return open === undefined || open.includes(encodeJobId(videoId, generation));
    },
    async admit(tenantId) {
      try {
        const open = await openJobs(tenantId);
        if (open !== undefined && open.length > 0) await withinLimit(queue.promote(open));
      } catch (error) {
        lastError = error;
        logFault();
      }
    },
    async release(tenantId, delayed) {
      const open = await openJobs(tenantId);
      if (open === undefined) return queue.promote(await queue.parked(delayed));
      const held = new Set(delayed);
      return queue.promote(open.filter((jobId) => held.has(jobId)));
    },
  };
}

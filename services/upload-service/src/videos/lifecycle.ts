import type { TenantLimits, VideoErrorCode } from "@lectern/contracts";
import type { TenantId, VideoId } from "@lectern/keys";
import { type Expression, type Kysely, type SqlBool, sql } from "kysely";
import type { Database, OutboxRow, VideoRow } from "../db/schema.ts";
import { changed } from "../jobs/repository.ts";
import { type Exceeded, exceededLimit } from "../limits/intake.ts";
import { limitsInForce } from "../limits/tenant-limits.ts";
import { type Owed, oweDeliveries } from "../outbox/repository.ts";
import { lockTenant, takeTurn } from "../shares/turns.ts";
import { AS_NEXT_GENERATION, enterGeneration } from "./next-generation.ts";
import { lockVideo } from "./repository.ts";
import { follow } from "./transitions.ts";

export type LifecycleOutcome =
  | { kind: "applied"; row: VideoRow; owed: OutboxRow[] }
  /** It was so already. */
  | { kind: "already"; row: VideoRow }
  /** The video's state does not allow it. */
  | { kind: "refused"; row: VideoRow }
  | { kind: "missing" };

const CANCELLED = "CANCELLED" satisfies VideoErrorCode;

/** Queues a FAILED video anew as the next generation, with its crashes forgotten; `limited` where the tenant has no room now. */
export async function retryVideo(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
  defaults: TenantLimits,
): Promise<LifecycleOutcome | { kind: "limited"; exceeded: Exceeded }> {
  return db.transaction().execute(async (trx) => {
    const failed = await lockVideo(trx, tenantId, videoId);
    if (failed === undefined) return { kind: "missing" };
    if (failed.status !== "FAILED") return { kind: "refused", row: failed };
    const line = await lockTenant(trx, tenantId);
    const exceeded = await exceededLimit(trx, tenantId, videoId, limitsInForce(defaults, line.limits));
    if (exceeded !== undefined) return { kind: "limited", exceeded };
    const row = await trx
      .updateTable("videos")
      .set({ ...AS_NEXT_GENERATION, crashes: 0, error_code: null, finished_at: null })
      .where("tenant_id", "=", tenantId)
      .where("id", "=", videoId)
      .returningAll()
      .executeTakeFirstOrThrow();
    await takeTurn(trx, line, row);
    return { kind: "applied", row, owed: await enterGeneration(trx, row) };
  });
}

/** Ends work that waits or runs: FAILED with CANCELLED, which can be retried. The fence that is owed stops a worker. */
export async function cancelVideo(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
): Promise<LifecycleOutcome> {
  return db.transaction().execute(async (trx) => {
    // Locked, so that the state which a refusal tells of is the one that it was refused for.
    const seen = await lockVideo(trx, tenantId, videoId);
    if (seen === undefined) return { kind: "missing" };
    if (seen.status !== "UPLOADED" && seen.status !== "PROCESSING")
      return { kind: seen.error_code === CANCELLED ? "already" : "refused", row: seen };
    const row = await trx
      .updateTable("videos")
      .set({ ...changed, status: "FAILED", error_code: CANCELLED, finished_at: changed.updated_at })
      .where("tenant_id", "=", tenantId)
      .where("id", "=", videoId)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { kind: "applied", row, owed: await follow(trx, row, { message: "cancelled" }) };
  });
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Longer than R2 keeps unfinished multipart uploads (7 days), so that whatever turns up late is swept too. */
export const TOMBSTONE_DAYS = 8;
/** A worker thought dead may still write for a while: the first sweeps come soon, the others catch what is rare. */
const SWEEPS = [0, MINUTE, 10 * MINUTE, HOUR, ...Array.from({ length: TOMBSTONE_DAYS }, (_, day) => (day + 1) * DAY)];

/**
 * Leaves a tombstone: to every caller the video is gone, whatever its state. A tombstone is FAILED, so that no
 * transition can find it; its objects and keys are swept again and again, and the row goes with the last sweep.
 * Undefined where there is no such video, or `onlyIf` is not so at that moment.
 */
export async function deleteVideo(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
  options: { onlyIf?: Expression<SqlBool> } = {},
): Promise<{ row: VideoRow; owed: OutboxRow[] } | undefined> {
  return db.transaction().execute(async (trx) => {
    const ofVideo = trx
      .updateTable("videos")
      .set({
        ...changed,
        status: "FAILED",
        error_code: CANCELLED,
        deleted_at: sql<Date>`now()`,
        finished_at: sql<Date>`coalesce(finished_at, now())`,
      })
      .where("tenant_id", "=", tenantId)
      .where("id", "=", videoId)
      .where("deleted_at", "is", null);
    const row = await (options.onlyIf === undefined ? ofVideo : ofVideo.where(options.onlyIf))
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) return undefined;
    await trx.deleteFrom("jobs").where("tenant_id", "=", tenantId).where("video_id", "=", videoId).execute();
    const owed = { tenantId, videoId, jobId: null, generation: row.generation };
    const sweeps = SWEEPS.map((dueInSeconds): Owed => ({ kind: "sweep", ...owed, dueInSeconds }));
    return { row, owed: await oweDeliveries(trx, [{ kind: "fence", ...owed }, ...sweeps]) };
  });
}

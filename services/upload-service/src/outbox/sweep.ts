import {
  closeProgress,
  compareRuns,
  deleteStatus,
  encodeJobId,
  jobRef,
  type RedisLike,
  runOfObjectKey,
  type TenantId,
  type VideoId,
  videoPrefix,
  videoRef,
} from "@lectern/keys";
import type { ObjectStore } from "@lectern/object-store";
import { type Kysely, sql } from "kysely";
import type { Database, VideoRow } from "../db/schema.ts";
import { dropUploads } from "../multipart/drop.ts";
import { TOMBSTONE_DAYS } from "../videos/lifecycle.ts";
import { findTombstone, findVideo } from "../videos/repository.ts";

export interface SweepDeps {
  db: Kysely<Database>;
  redis: RedisLike;
  store: ObjectStore;
}

/** Stops whoever works on a deleted video, and takes its statuses out of Redis: polls then read the default. */
export async function fenceDeleted(
  deps: Pick<SweepDeps, "db" | "redis">,
  tenantId: TenantId,
  videoId: VideoId,
): Promise<void> {
  const row = await findTombstone(deps.db, tenantId, videoId);
  if (row === undefined) return;
  const jobs = Array.from({ length: row.generation }, (_, index) => jobRef(tenantId, encodeJobId(videoId, index + 1)));
  // All at once: one after the other, many generations take longer than a delivery may.
  const fenced = [videoRef(tenantId, videoId), ...jobs].map(async (subject) => {
    await closeProgress(deps.redis, subject, row);
    await deleteStatus(deps.redis, subject);
  });
  await Promise.all(fenced);
}

/**
 * Removes what is left of a video: everything of a deleted one, and at last its tombstone; of one that lives, the output
 * of runs that can publish nothing any more.
 */
export async function sweepVideo(deps: SweepDeps, tenantId: TenantId, videoId: VideoId): Promise<void> {
  const row = await findVideo(deps.db, tenantId, videoId);
  if (row !== undefined) {
    await deleteObjects(deps.store, tenantId, videoId, (key) => isOfDeadRun(key, row));
    await dropUploads(deps, tenantId, videoId, row.status === "PENDING" ? "given up" : "all");
    return;
  }
  // Asked before the objects are listed: what comes after that is left to a sweep that still knows of the video.
  const isOver = await tombstoneIsOver(deps.db, tenantId, videoId);
  await fenceDeleted(deps, tenantId, videoId);
  await deleteObjects(deps.store, tenantId, videoId, () => true);
  await dropUploads(deps, tenantId, videoId, "all");
  if (isOver) await deps.db.deleteFrom("videos").where("tenant_id", "=", tenantId).where("id", "=", videoId).execute();
}

async function tombstoneIsOver(db: Kysely<Database>, tenantId: TenantId, videoId: VideoId): Promise<boolean> {
  const row = await db
    .selectFrom("videos")
    .select("id")
    .where("tenant_id", "=", tenantId)
    .where("id", "=", videoId)
    .where("deleted_at", "<=", sql<Date>`now() - make_interval(days => ${TOMBSTONE_DAYS})`)
    .executeTakeFirst();
  return row !== undefined;
}

/** A run lower than the row's is superseded; the row's own is dead once the video FAILED. The source belongs to no run. */
function isOfDeadRun(key: string, row: VideoRow): boolean {
  const run = runOfObjectKey(key);
  if (run === null) return false;
  const order = compareRuns(run, row);
  return order < 0 || (order === 0 && row.status === "FAILED");
}

async function deleteObjects(
  store: ObjectStore,
  tenantId: TenantId,
  videoId: VideoId,
  isGarbage: (key: string) => boolean,
): Promise<void> {
  const garbage: string[] = [];
  for await (const { key } of store.list(videoPrefix(tenantId, videoId))) if (isGarbage(key)) garbage.push(key);
  if (garbage.length > 0) await store.delete(garbage);
}

import type { CreateVideo, VideoStatus } from "@lectern/contracts";
import type { TenantId, VideoId } from "@lectern/keys";
import { type Kysely, sql, type Transaction } from "kysely";
import type { Database, VideoRow } from "../db/schema.ts";

/** Makes PENDING rows in one statement, in the order given. */
export async function insertVideos(
  db: Kysely<Database>,
  tenantId: TenantId,
  videos: readonly CreateVideo[],
): Promise<VideoRow[]> {
  const rows = await db
    .insertInto("videos")
    .values(
      videos.map(({ title, filename, content_type, size_bytes }) => ({
        tenant_id: tenantId,
        title,
        filename,
        content_type,
        size_bytes,
      })),
    )
    .returningAll()
    .execute();
  // RETURNING promises no order; the ids were handed out in the order of the values.
  return rows.sort((a, b) => a.id - b.id);
}

function selectVideo(db: Kysely<Database>, tenantId: TenantId, videoId: VideoId) {
  return db.selectFrom("videos").selectAll().where("tenant_id", "=", tenantId).where("id", "=", videoId);
}

/** Tombstones are found by {@link findTombstone} alone. */
export async function findVideo(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
): Promise<VideoRow | undefined> {
  return selectVideo(db, tenantId, videoId).where("deleted_at", "is", null).executeTakeFirst();
}

/** As {@link findVideo}; nobody else changes the row until the transaction ends. */
export async function lockVideo(
  trx: Transaction<Database>,
  tenantId: TenantId,
  videoId: VideoId,
): Promise<VideoRow | undefined> {
  return selectVideo(trx, tenantId, videoId).where("deleted_at", "is", null).forUpdate().executeTakeFirst();
}

/** The row of a video that was deleted. */
export async function findTombstone(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
): Promise<VideoRow | undefined> {
  return selectVideo(db, tenantId, videoId).where("deleted_at", "is not", null).executeTakeFirst();
}

/** Counts the wait for an upload from now on. Undefined unless the video is PENDING. */
export async function awaitUploadAnew(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
): Promise<VideoRow | undefined> {
  return db
    .updateTable("videos")
    .set({ pending_since: sql<Date>`now()` })
    .where("tenant_id", "=", tenantId)
    .where("id", "=", videoId)
    .where("status", "=", "PENDING")
    .returningAll()
    .executeTakeFirst();
}

export interface VideoFilters {
  statuses?: readonly VideoStatus[];
  /** Part of the title, upper and lower case alike. */
  titlePart?: string;
  createdFrom?: Date;
  createdBefore?: Date;
  /** Only rows with a lower id: the page after the one that ended with it. */
  beforeId?: VideoId;
  limit: number;
}

/** The tenant's videos, newest first. */
export async function listVideos(db: Kysely<Database>, tenantId: TenantId, filters: VideoFilters): Promise<VideoRow[]> {
  let query = db.selectFrom("videos").selectAll().where("tenant_id", "=", tenantId).where("deleted_at", "is", null);
  if (filters.statuses !== undefined) query = query.where("status", "in", filters.statuses);
  if (filters.titlePart !== undefined)
    query = query.where("title", "ilike", `%${filters.titlePart.replace(/[\\%_]/g, "\\$&")}%`);
  if (filters.createdFrom !== undefined) query = query.where("created_at", ">=", filters.createdFrom);
  if (filters.createdBefore !== undefined) query = query.where("created_at", "<", filters.createdBefore);
  if (filters.beforeId !== undefined) query = query.where("id", "<", filters.beforeId);
  return query.orderBy("id", "desc").limit(filters.limit).execute();
}

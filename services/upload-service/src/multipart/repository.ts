import type { UploadedPart } from "@lectern/contracts";
import type { TenantId, VideoId } from "@lectern/keys";
import { type Kysely, sql, type Transaction } from "kysely";
import type { Database, MultipartRow, PartRow } from "../db/schema.ts";
import type { PartPlan } from "./plan.ts";

/** The upload of a video that is open, or was assembled. */
export async function findCurrent(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
): Promise<MultipartRow | undefined> {
  return db
    .selectFrom("multipart_uploads")
    .selectAll()
    .where("tenant_id", "=", tenantId)
    .where("video_id", "=", videoId)
    .where("state", "<>", "given_up")
    .executeTakeFirst();
}

/** Undefined where it would be open and another one is current. The caller holds the video's lock. */
export async function insertUpload(
  trx: Transaction<Database>,
  tenantId: TenantId,
  videoId: VideoId,
  upload: PartPlan & { uploadId: string; sizeBytes: number },
  state: "open" | "given_up" = "open",
): Promise<MultipartRow | undefined> {
  return trx
    .insertInto("multipart_uploads")
    .values({
      tenant_id: tenantId,
      video_id: videoId,
      upload_id: upload.uploadId,
      size_bytes: upload.sizeBytes,
      part_size: upload.partSize,
      part_count: upload.partCount,
      state,
    })
    .onConflict((conflict) =>
      conflict.columns(["tenant_id", "video_id"]).where("state", "<>", sql.lit("given_up")).doNothing(),
    )
    .returningAll()
    .executeTakeFirst();
}

/** By number. */
export async function listParts(db: Kysely<Database>, upload: MultipartRow): Promise<PartRow[]> {
  return db
    .selectFrom("multipart_parts")
    .selectAll()
    .where("tenant_id", "=", upload.tenant_id)
    .where("multipart_id", "=", upload.id)
    .orderBy("part_number")
    .execute();
}

/** Keeps the upload from being given up until the transaction ends. Gives whether it was not before. */
async function holdUpload(trx: Transaction<Database>, upload: MultipartRow): Promise<boolean> {
  const held = await trx
    .selectFrom("multipart_uploads")
    .select("id")
    .where("tenant_id", "=", upload.tenant_id)
    .where("id", "=", upload.id)
    .where("state", "<>", "given_up")
    .forShare()
    .executeTakeFirst();
  return held !== undefined;
}

/** What was recorded before is replaced: the store keeps what came last. Gives false where the upload was given up. */
export async function putParts(
  trx: Transaction<Database>,
  upload: MultipartRow,
  parts: readonly UploadedPart[],
): Promise<boolean> {
  if (!(await holdUpload(trx, upload))) return false;
  // A statement cannot write one row twice.
  const byNumber = new Map(parts.map((part) => [part.part_number, part]));
  if (byNumber.size === 0) return true;
  await trx
    .insertInto("multipart_parts")
    .values(
      [...byNumber.values()].map(({ part_number, size_bytes, etag }) => ({
        multipart_id: upload.id,
        tenant_id: upload.tenant_id,
        part_number,
        size_bytes,
        etag: etag.replaceAll('"', ""),
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(["multipart_id", "part_number"]).doUpdateSet((eb) => ({
        size_bytes: eb.ref("excluded.size_bytes"),
        etag: eb.ref("excluded.etag"),
      })),
    )
    .execute();
  return true;
}

export async function forgetParts(
  db: Kysely<Database>,
  upload: MultipartRow,
  numbers: readonly number[],
): Promise<void> {
  if (numbers.length === 0) return;
  await db
    .deleteFrom("multipart_parts")
    .where("tenant_id", "=", upload.tenant_id)
    .where("multipart_id", "=", upload.id)
    .where("part_number", "in", numbers)
    .execute();
}

/** Does nothing to one that another call gave up meanwhile: a newer one may be current by now. */
export async function markAssembled(db: Kysely<Database>, upload: MultipartRow, etag: string): Promise<void> {
  await db
    .updateTable("multipart_uploads")
    .set({ state: "assembled", etag })
    .where("tenant_id", "=", upload.tenant_id)
    .where("id", "=", upload.id)
    .where("state", "<>", "given_up")
    .execute();
}

/** The store is to drop it. Gives whether this call did it. */
export async function giveUpUpload(db: Kysely<Database>, upload: MultipartRow): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("multipart_uploads")
    .set({ state: "given_up" })
    .where("tenant_id", "=", upload.tenant_id)
    .where("id", "=", upload.id)
    .where("state", "<>", "given_up")
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Uploads that the store is to drop: those given up, and of a video whose upload is over all of them. */
export async function listOwed(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
  which: "given up" | "all",
): Promise<MultipartRow[]> {
  const ofVideo = db
    .selectFrom("multipart_uploads")
    .selectAll()
    .where("tenant_id", "=", tenantId)
    .where("video_id", "=", videoId);
  return (which === "all" ? ofVideo : ofVideo.where("state", "=", "given_up")).execute();
}

export async function deleteUpload(db: Kysely<Database>, upload: MultipartRow): Promise<void> {
  await db
    .deleteFrom("multipart_uploads")
    .where("tenant_id", "=", upload.tenant_id)
    .where("id", "=", upload.id)
    .execute();
}

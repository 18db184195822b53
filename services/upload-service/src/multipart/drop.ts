import { sourceObjectKey, type TenantId, type VideoId, videoPrefix } from "@lectern/keys";
import type { ObjectStore } from "@lectern/object-store";
import type { Kysely, Transaction } from "kysely";
import type { Database } from "../db/schema.ts";
import { deleteUpload, listOwed } from "./repository.ts";
import { oweDrop } from "./uploads.ts";

/**
 * Tells the store to drop what nobody will assemble: what was given up, and once the video no longer waits for its file
 * everything, also what the database does not know of (where the store can list it).
 */
export async function dropUploads(
  deps: { db: Kysely<Database>; store: ObjectStore },
  tenantId: TenantId,
  videoId: VideoId,
  which: "given up" | "all",
): Promise<void> {
  const { multipart } = deps.store;
  const key = sourceObjectKey(tenantId, videoId);
  for (const upload of await listOwed(deps.db, tenantId, videoId, which)) {
    await multipart.abort(key, upload.upload_id);
    await deleteUpload(deps.db, upload);
  }
  if (which === "given up") return;
  const unknown = (await multipart.listOpen(videoPrefix(tenantId, videoId))) ?? [];
  for (const upload of unknown) await multipart.abort(upload.key, upload.uploadId);
}

/** Within the transaction that confirms an upload: what was assembled is settled, what was not is owed to be dropped. */
export async function settleUploads(trx: Transaction<Database>, tenantId: TenantId, videoId: VideoId): Promise<void> {
  const uploads = await listOwed(trx, tenantId, videoId, "all");
  for (const upload of uploads) if (upload.state === "assembled") await deleteUpload(trx, upload);
  if (uploads.some(({ state }) => state === "open")) await oweDrop(trx, tenantId, videoId);
}

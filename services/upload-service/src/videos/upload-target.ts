import type { UploadTarget } from "@lectern/contracts";
import { sourceObjectKey, type TenantId, type VideoId } from "@lectern/keys";
import type { ObjectStore } from "@lectern/object-store";
import { ProblemError } from "@lectern/service-kit";
import type { VideoRow } from "../db/schema.ts";

/** Where and how the browser PUTs the file. @throws ProblemError PRESIGN_FAILED; the row stays as it is */
export async function createUploadTarget(
  store: ObjectStore,
  row: VideoRow,
  expiresSeconds: number,
): Promise<UploadTarget> {
  const key = sourceObjectKey(row.tenant_id as TenantId, row.id as VideoId);
  const expiresAt = new Date(Date.now() + expiresSeconds * 1000).toISOString();
  try {
    const { url, headers } = await store.presignPut(key, { contentType: row.content_type, expiresSeconds });
    return { method: "PUT", url, headers, expires_at: expiresAt };
  } catch (cause) {
    throw new ProblemError("PRESIGN_FAILED", "The upload address could not be signed; ask for it again.", { cause });
  }
}

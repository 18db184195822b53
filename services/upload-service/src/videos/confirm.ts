import type { TenantLimits } from "@lectern/contracts";
import type { TenantId, VideoId } from "@lectern/keys";
import { type Kysely, sql } from "kysely";
import { toJsonb } from "../db/json.ts";
import type { Database, OutboxRow, VideoRow } from "../db/schema.ts";
import { changed } from "../jobs/repository.ts";
import { type Exceeded, exceededLimit } from "../limits/intake.ts";
import { limitsInForce } from "../limits/tenant-limits.ts";
import { settleUploads } from "../multipart/drop.ts";
import { lockTenant, takeTurn } from "../shares/turns.ts";
import { enterGeneration } from "./next-generation.ts";
import { awaitUploadAnew, lockVideo } from "./repository.ts";

export interface ConfirmedSource {
  etag: string;
  size: number;
  /** What the probe found, or null where it could not say. */
  probe: unknown;
}

const FIRST_GENERATION = 1;

export type Confirmation =
  | { kind: "confirmed"; row: VideoRow; owed: OutboxRow[] }
  /** Another call was first, or the video is gone. */
  | { kind: "not pending" }
  /** The tenant has no room for it now. */
  | { kind: "limited"; exceeded: Exceeded };

/**
 * PENDING becomes UPLOADED, with the job and everything owed to queue and Redis, in one transaction: the encode is owed
 * if and only if the upload is confirmed.
 */
export async function confirmUpload(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
  source: ConfirmedSource,
  defaults: TenantLimits,
): Promise<Confirmation> {
  return db.transaction().execute(async (trx) => {
    if ((await lockVideo(trx, tenantId, videoId))?.status !== "PENDING") return { kind: "not pending" };
    const line = await lockTenant(trx, tenantId);
    const exceeded = await exceededLimit(trx, tenantId, videoId, limitsInForce(defaults, line.limits));
    if (exceeded !== undefined) {
      // The file is there: it is not to be given up for want of room.
      await awaitUploadAnew(trx, tenantId, videoId);
      return { kind: "limited", exceeded };
    }
    const row = await trx
      .updateTable("videos")
      .set({
        ...changed,
        status: "UPLOADED",
        generation: FIRST_GENERATION,
        source_etag: source.etag,
        source_size: source.size,
        source_probe: toJsonb(source.probe),
        uploaded_at: sql<Date>`now()`,
      })
      .where("tenant_id", "=", tenantId)
      .where("id", "=", videoId)
      .where("status", "=", "PENDING")
      .returningAll()
      .executeTakeFirstOrThrow();
    await settleUploads(trx, tenantId, videoId);
    await takeTurn(trx, line, row);
    return { kind: "confirmed", row, owed: await enterGeneration(trx, row) };
  });
}

import type { TenantId, VideoId } from "@lectern/keys";
import { type Kysely, sql } from "kysely";
import { toJsonb } from "../db/json.ts";
import type { Database, OutboxRow, VideoRow } from "../db/schema.ts";
import { changed } from "../jobs/repository.ts";
import { takeTurn } from "../shares/turns.ts";
import { enterGeneration } from "./next-generation.ts";

export interface ConfirmedSource {
  etag: string;
  size: number;
  /** What the probe found, or null where it could not say. */
  probe: unknown;
}

const FIRST_GENERATION = 1;

/**
 * PENDING becomes UPLOADED, with the job and everything owed to queue and Redis, in one transaction: the encode is owed
 * if and only if the upload is confirmed. Undefined where another call was first.
 */
export async function confirmUpload(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
  source: ConfirmedSource,
): Promise<{ row: VideoRow; owed: OutboxRow[] } | undefined> {
  return db.transaction().execute(async (trx) => {
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
      .executeTakeFirst();
    if (row === undefined) return undefined;
    await takeTurn(trx, row);
    return { row, owed: await enterGeneration(trx, row) };
  });
}

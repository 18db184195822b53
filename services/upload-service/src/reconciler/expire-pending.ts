import type { TenantId, VideoId } from "@lectern/keys";
import { type Kysely, sql } from "kysely";
import type { Database } from "../db/schema.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { deleteVideo } from "../videos/lifecycle.ts";

const AT_ONCE = 100;

/** Deletes videos whose upload was announced and never confirmed. Gives how many. */
export async function expirePending(db: Kysely<Database>, outbox: Outbox, limitHours: number): Promise<number> {
  const rows = await db
    .selectFrom("videos")
    .select(["id", "tenant_id"])
    .where("status", "=", "PENDING")
    .where("deleted_at", "is", null)
    .where("pending_since", "<", sql<Date>`now() - make_interval(hours => ${limitHours})`)
    .orderBy("pending_since")
    .limit(AT_ONCE)
    .execute();
  for (const { id, tenant_id } of rows) {
    const deleted = await deleteVideo(db, tenant_id as TenantId, id as VideoId, { only: "PENDING" });
    if (deleted !== undefined) await outbox.deliver(deleted.owed);
  }
  return rows.length;
}

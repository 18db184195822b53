import type { TenantId, VideoId } from "@lectern/keys";
import { type Kysely, type SqlBool, sql } from "kysely";
import type { Database } from "../db/schema.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { deleteVideo } from "../videos/lifecycle.ts";

const AT_ONCE = 100;

/** Deletes videos whose upload was announced and never confirmed. Gives how many. */
export async function expirePending(db: Kysely<Database>, outbox: Outbox, limitHours: number): Promise<number> {
  const overdue = sql<SqlBool>`status = 'PENDING' and pending_since < now() - make_interval(hours => ${limitHours})`;
  const rows = await db
    .selectFrom("videos")
    .select(["id", "tenant_id"])
    .where("deleted_at", "is", null)
    .where(overdue)
    .orderBy("pending_since")
    .limit(AT_ONCE)
    .execute();
  for (const { id, tenant_id } of rows) {
    // Asked again: meanwhile it may have been confirmed, or its address issued anew.
    const deleted = await deleteVideo(db, tenant_id as TenantId, id as VideoId, { onlyIf: overdue });
    if (deleted !== undefined) await outbox.deliver(deleted.owed);
  }
  return rows.length;
}

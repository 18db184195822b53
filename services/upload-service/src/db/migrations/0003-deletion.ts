import { type Kysely, sql } from "kysely";

/** A deleted video leaves a tombstone for as long as something of it may still turn up in the store. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("videos").addColumn("deleted_at", "timestamptz").execute();
  await db.schema
    .createIndex("videos_pending")
    .on("videos")
    .column("created_at")
    .where(sql<boolean>`status = 'PENDING' and deleted_at is null`)
    .execute();
}

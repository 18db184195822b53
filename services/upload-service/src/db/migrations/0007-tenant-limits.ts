import { type Kysely, sql } from "kysely";

/** Limits of a tenant: what differs from the defaults, and what is asked at every upload and every beginning. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable("tenant_shares")
    .addColumn("limits", "jsonb", (column) => column.notNull().defaultTo(sql`'{}'`))
    .execute();
  await db.schema
    .alterTable("videos")
    .addColumn("cost", "double precision")
    .addColumn("charged_at", "timestamptz")
    .execute();
  await db.schema
    .createIndex("videos_charged")
    .on("videos")
    .columns(["tenant_id", "charged_at"])
    .where(sql.ref("charged_at"), "is not", null)
    .execute();
  // A tenant's line in its order, however many videos it has done.
  await db.schema
    .createIndex("videos_line_of_tenant")
    .on("videos")
    .columns(["tenant_id", "status", "turn_start", "id"])
    .where(sql.ref("status"), "in", sql`('UPLOADED', 'PROCESSING')`)
    .execute();
}

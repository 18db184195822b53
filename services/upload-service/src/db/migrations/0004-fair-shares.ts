import { type Kysely, sql } from "kysely";

/** Fair shares between tenants: a turn for each video, a line for each tenant, and one clock. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // What was queued before there were turns goes first.
  await db.schema
    .alterTable("videos")
    .addColumn("turn_start", "double precision", (column) => column.notNull().defaultTo(0))
    .addColumn("turn_finish", "double precision", (column) => column.notNull().defaultTo(0))
    .addColumn("urgent", "boolean", (column) => column.notNull().defaultTo(false))
    .execute();
  // The end of a tenant's line is one look, however long the line is.
  await db.schema
    .createIndex("videos_waiting_of_tenant")
    .on("videos")
    .columns(["tenant_id", "turn_finish"])
    .where(sql.ref("status"), "=", sql`'UPLOADED'`)
    .execute();
  await db.schema
    .createTable("tenant_shares")
    .addColumn("tenant_id", "bigint", (column) => column.primaryKey())
    .addColumn("weight", "double precision", (column) => column.notNull().defaultTo(1).check(sql`weight > 0`))
    .addColumn("begun_until", "double precision", (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable("queue_clock")
    .addColumn("singleton", "boolean", (column) => column.primaryKey().defaultTo(true).check(sql`singleton`))
    .addColumn("virtual_time", "double precision", (column) => column.notNull().defaultTo(0))
    .addColumn("urgent_until", "double precision", (column) => column.notNull().defaultTo(-60))
    .addColumn("priority_base", "double precision", (column) => column.notNull().defaultTo(-100_000))
    .addColumn("revision", "bigint", (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`insert into queue_clock default values`.execute(db);
}

import { type Kysely, sql } from "kysely";

/** What finished encodes took, step by step: forecasts learn from it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("encode_costs")
    .addColumn("id", "bigint", (column) => column.generatedAlwaysAsIdentity().primaryKey())
    .addColumn("profile", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("media_seconds", "double precision", (column) => column.notNull())
    .addColumn("total_seconds", "double precision", (column) => column.notNull())
    .addColumn("facts", "jsonb", (column) => column.notNull())
    .addColumn("steps", "jsonb", (column) => column.notNull())
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
    .execute();
  await db.schema.createIndex("encode_costs_of_kind").on("encode_costs").columns(["profile", "kind", "id"]).execute();
  await db.schema.createIndex("encode_costs_of_profile").on("encode_costs").columns(["profile", "id"]).execute();
}

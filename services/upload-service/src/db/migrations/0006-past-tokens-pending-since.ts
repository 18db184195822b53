import { type Kysely, sql } from "kysely";

/** A superseded worker is known by its token, and a video's upload is waited for since its address was last issued. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ["videos", "jobs"])
    await db.schema
      .alterTable(table)
      .addColumn("past_tokens", sql`text[]`, (column) => column.notNull().defaultTo(sql`'{}'`))
      .execute();
  await db.schema
    .alterTable("videos")
    .addColumn("pending_since", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
    .execute();
  await sql`update videos set pending_since = created_at where status = 'PENDING' and deleted_at is null`.execute(db);
  await db.schema.dropIndex("videos_pending").execute();
  await db.schema
    .createIndex("videos_pending")
    .on("videos")
    .column("pending_since")
    .where(sql<boolean>`status = 'PENDING' and deleted_at is null`)
    .execute();
}

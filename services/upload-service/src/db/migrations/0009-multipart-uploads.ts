import { type Kysely, sql } from "kysely";

/** Uploads in parts: what the store was asked to keep, until it was assembled or the store has dropped it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const now = sql`now()`;
  await db.schema
    .createTable("multipart_uploads")
    .addColumn("id", "bigint", (column) => column.generatedAlwaysAsIdentity().primaryKey())
    .addColumn("tenant_id", "bigint", (column) => column.notNull())
    .addColumn("video_id", "bigint", (column) => column.notNull())
    .addColumn("upload_id", "text", (column) => column.notNull())
    .addColumn("size_bytes", "bigint", (column) => column.notNull())
    .addColumn("part_size", "bigint", (column) => column.notNull())
    .addColumn("part_count", "integer", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull().defaultTo("open"))
    .addColumn("etag", "text")
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addCheckConstraint("multipart_uploads_state", sql`state in ('open', 'assembled', 'given_up')`)
    .execute();
  // At most one that is not given up: of two tabs that begin at once, one wins.
  await db.schema
    .createIndex("multipart_uploads_current")
    .unique()
    .on("multipart_uploads")
    .columns(["tenant_id", "video_id"])
    .where(sql.ref("state"), "<>", sql.lit("given_up"))
    .execute();
  await db.schema
    .createIndex("multipart_uploads_of_video")
    .on("multipart_uploads")
    .columns(["tenant_id", "video_id"])
    .execute();
  await db.schema
    .createTable("multipart_parts")
    .addColumn("multipart_id", "bigint", (column) =>
      column.notNull().references("multipart_uploads.id").onDelete("cascade"),
    )
    .addColumn("tenant_id", "bigint", (column) => column.notNull())
    .addColumn("part_number", "integer", (column) => column.notNull())
    .addColumn("size_bytes", "bigint", (column) => column.notNull())
    .addColumn("etag", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("multipart_parts_pkey", ["multipart_id", "part_number"])
    .execute();
}

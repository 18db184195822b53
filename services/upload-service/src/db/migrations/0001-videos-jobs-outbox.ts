import { type Kysely, sql } from "kysely";

const now = sql`now()`;

/** Videos, the jobs that work on them (and jobs of other teams), and the outbox. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("videos")
    .addColumn("id", "bigint", (column) => column.generatedAlwaysAsIdentity().primaryKey())
    .addColumn("tenant_id", "bigint", (column) => column.notNull())
    .addColumn("title", "text", (column) => column.notNull())
    .addColumn("filename", "text", (column) => column.notNull())
    .addColumn("content_type", "text", (column) => column.notNull())
    .addColumn("size_bytes", "bigint", (column) => column.notNull())
    .addColumn("status", "text", (column) =>
      column
        .notNull()
        .defaultTo("PENDING")
        .check(sql`status in ('PENDING', 'UPLOADED', 'PROCESSING', 'READY', 'FAILED')`),
    )
    .addColumn("generation", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("attempt", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("run_token", "text")
    .addColumn("crashes", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("version", "integer", (column) => column.notNull().defaultTo(1))
    .addColumn("source_etag", "text")
    .addColumn("source_size", "bigint")
    .addColumn("source_probe", "jsonb")
    .addColumn("hls_path", "text")
    .addColumn("duration", "integer")
    .addColumn("error_code", "text")
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("updated_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("uploaded_at", "timestamptz")
    .addColumn("started_at", "timestamptz")
    .addColumn("finished_at", "timestamptz")
    .addCheckConstraint("videos_ready_has_output", sql`status <> 'READY' or (hls_path is not null and duration >= 1)`)
    .addCheckConstraint("videos_failed_has_reason", sql`status <> 'FAILED' or error_code is not null`)
    .execute();
  await db.schema.createIndex("videos_of_tenant").on("videos").columns(["tenant_id", "id"]).execute();

  await db.schema
    .createTable("jobs")
    .addColumn("tenant_id", "bigint", (column) => column.notNull())
    .addColumn("job_id", "text", (column) => column.notNull())
    .addColumn("job_type", "text", (column) => column.notNull())
    .addColumn("status", "text", (column) =>
      column.notNull().defaultTo("PENDING").check(sql`status in ('PENDING', 'RUNNING', 'DONE', 'FAILED')`),
    )
    .addColumn("generation", "integer", (column) => column.notNull().defaultTo(1))
    .addColumn("attempt", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("run_token", "text")
    .addColumn("version", "integer", (column) => column.notNull().defaultTo(1))
    .addColumn("video_id", "bigint", (column) => column.references("videos.id").onDelete("cascade"))
    .addColumn("result", "jsonb")
    .addColumn("error_message", "text")
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("updated_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("started_at", "timestamptz")
    .addColumn("finished_at", "timestamptz")
    .addPrimaryKeyConstraint("jobs_key", ["tenant_id", "job_id"])
    .execute();
  await db.schema.createIndex("jobs_of_video").on("jobs").columns(["video_id", "generation"]).execute();

  await db.schema
    .createTable("outbox")
    .addColumn("id", "bigint", (column) => column.generatedAlwaysAsIdentity().primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("tenant_id", "bigint", (column) => column.notNull())
    .addColumn("video_id", "bigint", (column) => column.references("videos.id").onDelete("cascade"))
    .addColumn("job_id", "text")
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("lease_until", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("tries", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("delivered_at", "timestamptz")
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .execute();
  // Only what is undelivered is ever looked for: the index stays small however many rows have been delivered.
  await db.schema
    .createIndex("outbox_due")
    .on("outbox")
    .columns(["kind", "lease_until"])
    .where(sql.ref("delivered_at"), "is", null)
    .execute();
  await db.schema
    .createIndex("outbox_of_video")
    .on("outbox")
    .column("video_id")
    .where(sql.ref("delivered_at"), "is", null)
    .execute();
}

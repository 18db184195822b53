import { type Kysely, sql } from "kysely";

/** What the reconciler looks through each minute, and what is pruned: found without reading all that ever was. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex("videos_changed").on("videos").column("updated_at").execute();
  await db.schema.createIndex("jobs_changed").on("jobs").column("updated_at").execute();
  await db.schema
    .createIndex("jobs_unfinished")
    .on("jobs")
    .columns(["tenant_id", "job_id"])
    .where(sql.ref("status"), "in", sql`('PENDING', 'RUNNING')`)
    .execute();
  await db.schema
    .createIndex("outbox_delivered")
    .on("outbox")
    .column("delivered_at")
    .where(sql.ref("delivered_at"), "is not", null)
    .execute();
}

import { type Kysely, sql } from "kysely";

/** The reconciler looks for unfinished work every few seconds: its index stays small however many videos are done. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex("videos_unfinished")
    .on("videos")
    .column("id")
    .where(sql.ref("status"), "in", sql`('UPLOADED', 'PROCESSING')`)
    .execute();
}

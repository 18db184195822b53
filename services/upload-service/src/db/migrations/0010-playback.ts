import { type Kysely, sql } from "kysely";

/** What a READY video shows beside its film, and lists whose filter matches little or nothing. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // All of it reads what there is, however much.
  await sql`set local statement_timeout = 0`.execute(db);
  await db.schema
    .alterTable("videos")
    .addColumn("poster_path", "text")
    .addColumn("storyboard_path", "text")
    .addColumn("chapters_path", "text")
    .execute();
  await sql`
    update videos
    set poster_path = details ->> 'poster', storyboard_path = details ->> 'storyboard', chapters_path = details ->> 'chapters'
    from (select tenant_id, job_id, video_id, result -> 'details' as details from jobs where status = 'DONE') as encodes
    where videos.status = 'READY' and encodes.video_id = videos.id and encodes.tenant_id = videos.tenant_id
      and encodes.job_id = 'video-' || videos.id || '-g' || videos.generation`.execute(db);
  await db.schema
    .createIndex("videos_of_status")
    .on("videos")
    .columns(["tenant_id", "status", "id"])
    .where(sql.ref("deleted_at"), "is", null)
    .execute();
}

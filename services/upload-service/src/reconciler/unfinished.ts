import { type Kysely, sql } from "kysely";
import type { Database, VideoRow } from "../db/schema.ts";

const PAGE = 1_000;

/** A row whose work nobody owes any more: its job ought to be in the queue, or at work. */
export type Unfinished = Pick<VideoRow, "id" | "tenant_id" | "generation" | "attempt" | "status">;

/** Every UPLOADED or PROCESSING video without an undelivered enqueue, in pages by id. */
export async function* unfinishedVideos(db: Kysely<Database>): AsyncGenerator<Unfinished[]> {
  let after = 0;
  for (;;) {
    const page = await db
      .selectFrom("videos")
      .select(["id", "tenant_id", "generation", "attempt", "status"])
      .where("status", "in", sql<"UPLOADED" | "PROCESSING">`('UPLOADED', 'PROCESSING')`)
      .where("id", ">", after)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("outbox")
              .select("outbox.id")
              .whereRef("outbox.video_id", "=", "videos.id")
              .where("outbox.kind", "=", "enqueue")
              .where("outbox.delivered_at", "is", null),
          ),
        ),
      )
      .orderBy("id")
      .limit(PAGE)
      .execute();
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < PAGE) return;
    after = last.id;
  }
}

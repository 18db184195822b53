import { type Kysely, sql } from "kysely";
import type { Database, VideoRow } from "../db/schema.ts";

/** A row whose work nobody owes any more: its job ought to be in the queue, or at work. */
export type Unfinished = Pick<VideoRow, "id" | "tenant_id" | "generation" | "attempt" | "status">;

/** Every UPLOADED or PROCESSING video without an undelivered enqueue, oldest first. */
export async function unfinishedVideos(db: Kysely<Database>): Promise<Unfinished[]> {
  return (
    db
      .selectFrom("videos")
      .select(["id", "tenant_id", "generation", "attempt", "status"])
      // Spelled out, so that the planner sees that the partial index serves.
      .where("status", "in", sql<"UPLOADED" | "PROCESSING">`('UPLOADED', 'PROCESSING')`)
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
      .execute()
  );
}

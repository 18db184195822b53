import { type Kysely, sql, type Transaction } from "kysely";
import type { Database, OutboxRow, VideoRow } from "../db/schema.ts";
import { changed } from "../jobs/repository.ts";
import { enterGeneration } from "../videos/next-generation.ts";
import { ENDED_AS_POISON, follow, MOST_CRASHES } from "../videos/transitions.ts";
import type { Unfinished } from "./unfinished.ts";

/** A run that handed its work back before it lost its lock, as one does after a long outage of Redis, did not crash. */
const CRASHES_AND_THIS = sql<number>`crashes + case when run_token is null then 0 else 1 end`;

export interface Requeued {
  row: VideoRow;
  owed: OutboxRow[];
}

/**
 * Queues work anew as the next generation, or ends it as POISON where its workers broke off too often. Undefined where
 * the row has moved on since it was seen: any number of processes may try at once.
 * @param crashed whether the run that was at work has lost its lock: unless it handed its work back, it broke off
 */
export async function requeue(db: Kysely<Database>, seen: Unfinished, crashed: boolean): Promise<Requeued | undefined> {
  return db.transaction().execute(async (trx) => {
    const ended = crashed ? await endAsPoison(trx, seen) : undefined;
    if (ended !== undefined)
      return { row: ended, owed: await follow(trx, ended, { message: `the worker broke off ${MOST_CRASHES} times` }) };
    const row = await asSeen(trx, seen)
      .set({
        ...changed,
        status: "UPLOADED",
        generation: seen.generation + 1,
        attempt: 0,
        run_token: null,
        crashes: crashed ? CRASHES_AND_THIS : sql<number>`crashes`,
        started_at: null,
      })
      .returningAll()
      .executeTakeFirst();
    return row === undefined ? undefined : { row, owed: await enterGeneration(trx, row) };
  });
}

function asSeen(trx: Transaction<Database>, { id, generation, attempt, status }: Unfinished) {
  return trx
    .updateTable("videos")
    .where("id", "=", id)
    .where("generation", "=", generation)
    .where("attempt", "=", attempt)
    .where("status", "=", status);
}

async function endAsPoison(trx: Transaction<Database>, seen: Unfinished): Promise<VideoRow | undefined> {
  return asSeen(trx, seen)
    .where("run_token", "is not", null)
    .where("crashes", ">=", MOST_CRASHES - 1)
    .set(ENDED_AS_POISON)
    .returningAll()
    .executeTakeFirst();
}

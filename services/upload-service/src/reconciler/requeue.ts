import type { Kysely, Transaction } from "kysely";
import type { Database, OutboxRow, VideoRow } from "../db/schema.ts";
import { CRASHES_AND_THIS, ENDED_AS_POISON, MOST_CRASHES } from "../videos/crashes.ts";
import { AS_NEXT_GENERATION, enterGeneration } from "../videos/next-generation.ts";
import { followPoison } from "../videos/transitions.ts";
import type { Unfinished } from "./unfinished.ts";

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
    if (ended !== undefined) return { row: ended, owed: await followPoison(trx, ended) };
    const row = await asSeen(trx, seen)
      .set(crashed ? { ...AS_NEXT_GENERATION, crashes: CRASHES_AND_THIS } : AS_NEXT_GENERATION)
      .returningAll()
      .executeTakeFirst();
    return row === undefined ? undefined : { row, owed: await enterGeneration(trx, row) };
  });
}

function asSeen(trx: Transaction<Database>, { tenant_id, id, generation, attempt, status }: Unfinished) {
  return trx
    .updateTable("videos")
    .where("tenant_id", "=", tenant_id)
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

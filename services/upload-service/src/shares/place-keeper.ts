import { encodeJobId, type VideoId } from "@lectern/keys";
import { type Kysely, sql } from "kysely";
import type { Database } from "../db/schema.ts";
import type { EncodeQueue } from "../queue.ts";
import { nextBase, priorityOf } from "./arithmetic.ts";

/** Keeps the places in the queue as the turns in the database say. */
export interface PlaceKeeper {
  /** Moves the base where it is time, and after that, or other changes of turns, the jobs. Gives how many jobs were moved. @throws when database or queue cannot be asked */
  keep(): Promise<number>;
}

/**
 * The turns are the truth, and the queue is compared with them until a second comparison or a later one finds nothing
 * to move: so nothing is missed that was just being added by the old base, nor what a process left that broke off. Any
 * number may run.
 */
export function createPlaceKeeper(db: Kysely<Database>, queue: EncodeQueue): PlaceKeeper {
  /** The revision that the queue is known to agree with. */
  let settled: number | undefined;
  let seen: number | undefined;

  return {
    async keep() {
      const { revision, priority_base } = await presentBase(db);
      if (revision === settled) return 0;
      const moved = await queue.reprioritize(await wantedPriorities(db, priority_base));
      if (moved === 0 && revision === seen) settled = revision;
      seen = revision;
      return moved;
    },
  };
}

async function presentBase(db: Kysely<Database>): Promise<{ revision: number; priority_base: number }> {
  const clock = await db.selectFrom("queue_clock").selectAll().executeTakeFirstOrThrow();
  const base = nextBase(clock.virtual_time, clock.priority_base);
  if (base === clock.priority_base) return clock;
  const moved = await db
    .updateTable("queue_clock")
    .set({ priority_base: base, revision: sql<number>`revision + 1` })
    .where("revision", "=", clock.revision)
    .returningAll()
    .executeTakeFirst();
  return moved ?? presentBase(db);
}

async function wantedPriorities(db: Kysely<Database>, base: number): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom("videos")
    .select(["id", "generation", "turn_start"])
    // Spelled out, so that the planner sees that the partial index serves.
    .where("status", "in", sql<"UPLOADED" | "PROCESSING">`('UPLOADED', 'PROCESSING')`)
    .execute();
  return new Map(rows.map((row) => [encodeJobId(row.id as VideoId, row.generation), priorityOf(row.turn_start, base)]));
}

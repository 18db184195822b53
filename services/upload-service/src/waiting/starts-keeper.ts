import { parseEncodeJobId, type StartForecast, writeStartForecast } from "@lectern/keys";
import { type Kysely, sql } from "kysely";
import { medianOf } from "../costs/learn.ts";
import type { Database } from "../db/schema.ts";
import type { EncodeQueue } from "../queue.ts";
import { costOfVideo } from "../shares/turns.ts";
import { withinLimit } from "../within-limit.ts";
import { forecastStarts } from "./starts.ts";

/** Beyond these places the forecast goes on at the same rate. */
const MOST_WAITING = 1_000;
/** How many finished encodes say what a second of media takes. */
const RUNS = 50;
/** Of a run: starting tools and asking services. */
const LEAST_SECONDS = 2;
/** What overran is expected to take at least this much more. */
const LEAST_LEFT = 2;
/** For so long a slot that was seen at work counts as one. */
const SLOTS_SEEN_MS = 5 * 60_000;
/** Nobody is to believe a forecast that is not renewed. */
const BELIEVED_SECONDS = 30;

/** Writes into the queue's Redis when what waits is expected to begin. Any number of processes may run one: they say the same. */
export interface StartsKeeper {
  /** Gives what was written; null where nothing waits or nothing can be said. @throws what database or Redis throw */
  keep(): Promise<StartForecast | null>;
}

export function createStartsKeeper(
  db: Kysely<Database>,
  queue: EncodeQueue,
  now = () => performance.now(),
): StartsKeeper {
  /** How many were at work at once, and when that was seen. */
  let sightings: { at: number; count: number }[] = [];

  function slotsAfter(count: number): number {
    const at = now();
    sightings = [...sightings.filter((seen) => at - seen.at < SLOTS_SEEN_MS && seen.count > count), { at, count }];
    return Math.max(...sightings.map((seen) => seen.count));
  }

  return {
    async keep() {
      const first = await withinLimit(queue.first(MOST_WAITING));
      // An idle system reads nothing.
      if (first.length === 0) return null;
      const [running, rate, costs] = await Promise.all([readRunning(db), readRate(db), readCosts(db, first)]);
      if (rate === null) return null;
      const takes = (cost: number): number => Math.max(LEAST_SECONDS, cost * rate);
      const points = forecastStarts({
        slots: slotsAfter(running.length),
        running: running.map(({ cost, seconds }) => Math.max(LEAST_LEFT, takes(cost) - seconds)),
        waiting: costs.map(takes),
      });
      if (points !== null) await withinLimit(writeStartForecast(queue.redis, points, BELIEVED_SECONDS));
      return points;
    },
  };
}

async function readRunning(db: Kysely<Database>): Promise<{ cost: number; seconds: number }[]> {
  const rows = await db
    .selectFrom("videos")
    .select(["cost", sql<number>`extract(epoch from now() - started_at)::float8`.as("seconds")])
    // Spelled out, so that the planner sees that the partial index serves.
    .where("status", "=", sql<"PROCESSING">`'PROCESSING'`)
    .where("run_token", "is not", null)
    .execute();
  return rows.map(({ cost, seconds }) => ({ cost: cost ?? 0, seconds }));
}

/** Seconds that a second of media takes, by the last encodes that were finished; null where none was. */
async function readRate(db: Kysely<Database>): Promise<number | null> {
  const rows = await db
    .selectFrom("encode_costs")
    .select(["media_seconds", "total_seconds"])
    .orderBy("id", "desc")
    .limit(RUNS)
    .execute();
  const rates = rows.map((row) => Math.max(0, row.total_seconds - LEAST_SECONDS) / Math.max(1, row.media_seconds));
  return rates.length === 0 ? null : medianOf(rates);
}

/** In the order of the jobs; a video that is gone meanwhile costs nothing. */
async function readCosts(db: Kysely<Database>, jobIds: readonly string[]): Promise<number[]> {
  const ids = jobIds.flatMap((jobId) => parseEncodeJobId(jobId)?.videoId ?? []);
  const rows = await db
    .selectFrom("videos")
    .selectAll()
    .where("id", "in", ids.length === 0 ? [0] : ids)
    .execute();
  const costs = new Map(rows.map((row) => [row.id, row.cost ?? costOfVideo(row)]));
  return ids.map((id) => costs.get(id) ?? 0);
}

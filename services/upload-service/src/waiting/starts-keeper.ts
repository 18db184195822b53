import {
  builtInSeconds,
  type DescribedFile,
  describeUnseen,
  expectationsOf,
  type Machine,
  machineOf,
} from "@lectern/forecast";
import {
  parseEncodeJobId,
  type RedisLike,
  readSnapshots,
  type StartForecast,
  type TenantId,
  type VideoId,
  videoRef,
  writeStartForecast,
} from "@lectern/keys";
import { type Kysely, sql } from "kysely";
import { learnedCosts } from "../costs/repository.ts";
import type { Database, VideoRow } from "../db/schema.ts";
import type { EncodeQueue } from "../queue.ts";
import { withinLimit } from "../within-limit.ts";
import { forecastStarts } from "./starts.ts";

/** Beyond these places the forecast goes on at the same rate. */
const MOST_WAITING = 1_000;
/** What overran is expected to take at least this much more. */
const LEAST_LEFT = 1;
/** For so long a slot that was seen at work counts as one. */
const SLOTS_SEEN_MS = 5 * 60_000;
/** For so long nobody looks whether more was learned. */
const LEARNED_MS = 5_000;
/** Nobody is to believe a forecast that is not renewed. */
const BELIEVED_SECONDS = 30;

/** Writes into the queue's Redis when what waits is expected to begin. Any number of processes may run one: they say the same. */
export interface StartsKeeper {
  /** Gives what was written; null where nothing waits or nothing can be said. @throws what database or Redis throw */
  keep(): Promise<StartForecast | null>;
}

/** What is told of the encodes to come: the sort of machine that the last one ran on, and what runs took there. */
type Teller = (file: DescribedFile) => number;

/** @param state the Redis of progress, where runs say what is left of them */
export function createStartsKeeper(
  db: Kysely<Database>,
  queue: EncodeQueue,
  state: RedisLike,
  now = () => performance.now(),
): StartsKeeper {
  /** How many were at work at once, and when that was seen. */
  let sightings: { at: number; count: number }[] = [];
  /** Files of what waits: they do not change. */
  let files = new Map<number, DescribedFile>();
  let told: { at: number; teller: Teller | null } | null = null;

  function slotsAfter(count: number): number {
    const at = now();
    sightings = [...sightings.filter((seen) => at - seen.at < SLOTS_SEEN_MS && seen.count > count), { at, count }];
    return Math.max(...sightings.map((seen) => seen.count));
  }

  async function findTeller(): Promise<Teller | null> {
    if (told === null || now() - told.at > LEARNED_MS) told = { at: now(), teller: await readTeller(db) };
    return told.teller;
  }

  /** In the order of the jobs; one whose video is gone meanwhile is left out. */
  async function filesOf(jobIds: readonly string[]): Promise<{ jobId: string; file: DescribedFile }[]> {
    const jobs = jobIds.flatMap((jobId) => {
      const id = parseEncodeJobId(jobId)?.videoId;
      return id === undefined ? [] : [{ jobId, id }];
    });
    const missing = jobs.flatMap(({ id }) => (files.has(id) ? [] : [id]));
    const rows =
      missing.length === 0 ? [] : await db.selectFrom("videos").select(FILE).where("id", "in", missing).execute();
    const read = new Map(rows.map((row) => [row.id, describe(row)]));
    const found = jobs.flatMap(({ id, jobId }) => {
      const file = files.get(id) ?? read.get(id);
      return file === undefined ? [] : [{ id, jobId, file }];
    });
    files = new Map(found.map(({ id, file }) => [id, file]));
    return found;
  }

  return {
    async keep() {
      const first = await withinLimit(queue.first(MOST_WAITING));
      // An idle system reads nothing.
      if (first.length === 0) return null;
      const teller = await findTeller();
      if (teller === null) {
        // The first run to finish is not to be waited for once more.
        told = null;
        return null;
      }
      const [running, waiting] = await Promise.all([readRunning(db, state, teller), filesOf(first)]);
      const points = forecastStarts({
        slots: slotsAfter(running.length),
        running,
        waiting: waiting.map(({ file }) => teller(file)),
        jobIds: waiting.map(({ jobId }) => jobId),
      });
      if (points !== null) await withinLimit(writeStartForecast(queue.redis, points, BELIEVED_SECONDS));
      return points;
    },
  };
}

const FILE = ["id", "size_bytes", "source_size", "source_probe"] as const;

function describe(row: Pick<VideoRow, (typeof FILE)[number]>): DescribedFile {
  return describeUnseen(row.source_size ?? row.size_bytes, row.source_probe, {});
}

/** Null where no encode was finished yet by a worker that forecasts as this service does. */
async function readTeller(db: Kysely<Database>): Promise<Teller | null> {
  const last = await db.selectFrom("encode_costs").select("profile").orderBy("id", "desc").limit(1).executeTakeFirst();
  const machine: Machine | null = last === undefined ? null : machineOf(last.profile);
  if (last === undefined || machine === null) return null;
  const learned = await learnedCosts(db, last.profile);
  return (file) => {
    const expected = expectationsOf(builtInSeconds(file, machine), file.kind, learned);
    return Object.values(expected).reduce((sum, { seconds }) => sum + seconds, 0);
  };
}

/** What is left of each run that is at work, in seconds: as it says itself, else by what it was expected to take. */
async function readRunning(db: Kysely<Database>, state: RedisLike, teller: Teller): Promise<number[]> {
  const rows = await db
    .selectFrom("videos")
    .select([...FILE, "tenant_id", sql<number>`extract(epoch from now() - started_at)::float8`.as("seconds")])
    // Spelled out, so that the planner sees that the partial index serves.
    .where("status", "=", sql<"PROCESSING">`'PROCESSING'`)
    .where("run_token", "is not", null)
    .execute();
  const refs = rows.map(({ id, tenant_id }) => videoRef(tenant_id as TenantId, id as VideoId));
  const shown = rows.length === 0 ? [] : await withinLimit(readSnapshots(state, refs)).catch(() => []);
  return rows.map((row, index) => {
    const said = shown[index]?.progress?.remainingSeconds ?? null;
    return Math.max(LEAST_LEFT, said ?? teller(describe(row)) - row.seconds);
  });
}

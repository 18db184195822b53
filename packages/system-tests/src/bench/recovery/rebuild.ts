import { ENCODE_QUEUE } from "@lectern/keys";
import { randomTenant, startTestSystem } from "@lectern/local-stack";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";
import { type Client, signIn } from "../../client.ts";
import { insertVideos, type RowStatus } from "./rows.ts";

const TENANTS = 20;
/** Of each tenant: 500 videos, so 10,000 in all. */
const OF_EACH: Readonly<Record<RowStatus, number>> = {
  READY: 325,
  FAILED: 50,
  UPLOADED: 50,
  PROCESSING: 25,
  PENDING: 50,
};
const ROUNDS = 3;
const BATCH = 100;
/** Far beyond the promise: what takes longer is broken, not slow. */
const GIVE_UP_MS = 600_000;

export interface Rebuilt {
  readonly videos: number;
  /** Of each round: milliseconds from FLUSHALL until every video was seen as the database has it. */
  readonly statusesMs: readonly number[];
  /** Of each round: milliseconds from FLUSHALL until the queue had all unfinished work again. */
  readonly queueMs: readonly number[];
}

/** What polls show, and what they ought to. */
interface Video {
  readonly id: number;
  readonly status: string;
  readonly generation: number | null;
  readonly version: number | null;
  readonly hls_path: string | null;
  readonly duration: number | null;
  readonly error_code: string | null;
}

/** Empties Redis under 10,000 videos in every state, and asks progress-service for each until it answers as the database. */
export async function measureRebuild(): Promise<Rebuilt> {
  const system = await startTestSystem({ only: ["upload-service", "progress-service"] });
  const database = new pg.Pool({ connectionString: system.databaseUrl, max: 4 });
  const redis = new Redis(system.redis.url);
  const queue = new Queue(ENCODE_QUEUE, { connection: redis, skipVersionCheck: true });
  queue.on("error", () => {});
  try {
    const tenants = Array.from({ length: TENANTS }, randomTenant);
    const clients = await Promise.all(tenants.map((tenant) => signIn(system, tenant)));
    for (const tenant of tenants)
      for (const [status, count] of Object.entries(OF_EACH) as [RowStatus, number][])
        await insertVideos(database, tenant, status, count);
    const statusesMs: number[] = [];
    const queueMs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await redis.flushall();
      const flushedAt = performance.now();
      const [statuses, jobs] = await Promise.all([
        untilShown(database, clients).then(() => performance.now() - flushedAt),
        untilQueued(database, queue).then(() => performance.now() - flushedAt),
      ]);
      statusesMs.push(statuses);
      queueMs.push(jobs);
      // Work that was queued anew has changed its status since: in the end all must be equal once more.
      await untilShown(database, clients);
    }
    return { videos: TENANTS * Object.values(OF_EACH).reduce((sum, count) => sum + count, 0), statusesMs, queueMs };
  } finally {
    await queue.close();
    redis.disconnect();
    await database.end();
    await system.stop();
  }
}

/** Returns once each video was seen as its row says. */
async function untilShown(database: pg.Pool, clients: readonly Client[]): Promise<void> {
  const deadline = Date.now() + GIVE_UP_MS;
  await Promise.all(
    clients.map(async (client) => {
      let left = (await rowsOf(database, client.tenant)).map(({ id }) => id);
      while (left.length > 0) {
        if (Date.now() > deadline)
          throw new Error(`${left.length} videos such as ${left[0]} are not shown as they are.`);
        const shown = await answersOf(client, left);
        const rows = new Map((await rowsOf(database, client.tenant)).map((row) => [row.id, row]));
        left = left.filter((id) => !isSame(rows.get(id), shown.get(id)));
      }
    }),
  );
}

async function rowsOf(database: pg.Pool, tenant: number): Promise<Video[]> {
  const { rows } = await database.query<Video>(
    `SELECT id::float8 AS id, status, generation, version, hls_path, duration, error_code FROM videos WHERE tenant_id = $1`,
    [tenant],
  );
  return rows;
}

async function answersOf(client: Client, ids: readonly number[]): Promise<Map<number, Video>> {
  const found = new Map<number, Video>();
  for (let start = 0; start < ids.length; start += BATCH) {
    const { status, body } = await client.batchProgress(ids.slice(start, start + BATCH));
    if (status !== 200) throw new Error(`progress: ${status}`);
    for (const video of body) found.set(video.id, video);
  }
  return found;
}

/** Of a video that waits for its upload Redis holds nothing: the default is its view. */
function isSame(row: Video | undefined, shown: Video | undefined): boolean {
  if (row === undefined || shown === undefined || row.status !== shown.status) return false;
  if (row.status === "PENDING") return shown.generation === null;
  const told = ({ generation, version, hls_path, duration, error_code }: Video) =>
    JSON.stringify([generation, version, hls_path, duration, error_code]);
  return told(row) === told(shown);
}

async function untilQueued(database: pg.Pool, queue: Queue): Promise<void> {
  const deadline = Date.now() + GIVE_UP_MS;
  for (;;) {
    const { rows } = await database.query<{ id: string }>(
      "SELECT concat('video-', id, '-g', generation) AS id FROM videos WHERE status IN ('UPLOADED', 'PROCESSING')",
    );
    const queued = new Set(await queue.getRanges(["prioritized", "wait"], 0, -1));
    if (rows.every(({ id }) => queued.has(id))) return;
    if (Date.now() > deadline) throw new Error("The queue did not get all unfinished work back.");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

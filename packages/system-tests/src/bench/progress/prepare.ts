import { parseTenantId, parseVideoId, type VideoRef, videoRef, writeProgress, writeStatus } from "@lectern/keys";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { Client } from "pg";
import type { ServerSettings } from "./server.ts";

export const HOT_KEYS = 100;
export const WIDE_KEYS = 10_000;

/** The paths that each measurement asks for. */
export interface Fixture {
  static: readonly string[];
  hot: readonly string[];
  wide: readonly string[];
  select: readonly string[];
  bullmq: readonly string[];
}

/** The same work under way in three places: Redis under our keys, a PostgreSQL table, a BullMQ queue. */
export async function prepare(settings: ServerSettings): Promise<Fixture> {
  await Promise.all([fillRedis(settings), fillTable(settings), fillQueue(settings.redisUrl)]);
  const paths = (count: number, path: (id: number) => string) =>
    Array.from({ length: count }, (_, index) => path(index + 1));
  return {
    static: ["/bench/static"],
    hot: paths(HOT_KEYS, (id) => `/api/v1/media/videos/${id}/progress/`),
    wide: paths(WIDE_KEYS, (id) => `/api/v1/media/videos/${id}/progress/`),
    select: paths(HOT_KEYS, (id) => `/bench/select/${id}`),
    bullmq: paths(HOT_KEYS, (id) => `/bench/bullmq/job-${id}`),
  };
}

export function videoOf({ tenant }: ServerSettings, id: number): VideoRef {
  const [tenantId, videoId] = [parseTenantId(tenant), parseVideoId(id)];
  if (tenantId === null || videoId === null) throw new Error(`${tenant}, ${id}: ids that are none`);
  return videoRef(tenantId, videoId);
}

/** What each video shows but for its percent. */
export const PROGRESS = {
  percent: 42.5,
  step: "transcoding",
  stepIndex: 4,
  stepTotal: 7,
  stepPercent: 41,
  remainingSeconds: 73,
};

async function fillRedis(settings: ServerSettings): Promise<void> {
  const redis = new Redis(settings.redisUrl, { enableAutoPipelining: true });
  const videos = Array.from({ length: WIDE_KEYS }, (_, index) => videoOf(settings, index + 1));
  await Promise.all(
    videos.map((video) => writeStatus(redis, video, { status: "PROCESSING", generation: 1, version: 2 })),
  );
  await Promise.all(
    videos.map((video) => writeProgress(redis, video, { run: { generation: 1, attempt: 1 }, ...PROGRESS })),
  );
  redis.disconnect();
}

async function fillTable({ databaseUrl, tenant }: ServerSettings): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    "CREATE TABLE videos (id bigint PRIMARY KEY, tenant_id bigint, status text, percent float8, step text, updated_at timestamptz)",
  );
  await client.query(
    "INSERT INTO videos SELECT id, $1, 'PROCESSING', 42.5, 'transcoding', now() FROM generate_series(1, $2::int) AS id",
    [tenant, WIDE_KEYS],
  );
  await client.query("ANALYZE videos");
  await client.end();
}

export const BENCH_QUEUE = "bench-progress";

async function fillQueue(url: string): Promise<void> {
  const queue = new Queue(BENCH_QUEUE, { connection: { url } });
  const names = Array.from({ length: HOT_KEYS }, (_, index) => `job-${index + 1}`);
  const jobs = await queue.addBulk(names.map((jobId) => ({ name: "encode", data: { jobId }, opts: { jobId } })));
  await Promise.all(
    jobs.map((job) => job.updateProgress({ percent: 42.5, step: "transcoding", remaining_seconds: 73 })),
  );
  await queue.close();
}

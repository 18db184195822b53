import type { TenantLimits } from "@lectern/contracts";
import { ENCODE_QUEUE, type TenantId, type VideoId } from "@lectern/keys";
import { createDatabase, randomTenant, startRedis, testStack } from "@lectern/local-stack";
import { createObjectStore } from "@lectern/object-store";
import { awaitRedis, connectRedis, createLogger } from "@lectern/service-kit";
import { DelayedError, Queue, Worker } from "bullmq";
import type { Kysely } from "kysely";
import type { Test } from "tap";
import { migrate } from "../../src/db/migrate.ts";
import { connectDatabase } from "../../src/db/pool.ts";
import type { Database, OutboxRow, VideoRow } from "../../src/db/schema.ts";
import { type Admission, createAdmission } from "../../src/limits/admission.ts";
import { NO_LIMITS } from "../../src/limits/tenant-limits.ts";
import { createDeliveries } from "../../src/outbox/deliveries.ts";
import { createOutbox, type Outbox } from "../../src/outbox/outbox.ts";
import { type EncodeQueue, openEncodeQueue, PARKED_MS } from "../../src/queue.ts";
import { confirmUpload } from "../../src/videos/confirm.ts";
import { insertVideos } from "../../src/videos/repository.ts";
import { applyTransition } from "../../src/videos/transitions.ts";

/** Work that has begun: in the order in which the slots took it. */
export interface Begun {
  tenant: TenantId;
  video: VideoId;
  seconds: number;
  turn: number;
}

export interface Sharing {
  db: Kysely<Database>;
  queue: EncodeQueue;
  outbox: Outbox;
  admission: Admission;
  limits: TenantLimits;
  /** Videos whose beginning was refused for the tenant's running limit, each time. */
  refused: VideoId[];
  /** How many jobs of the queue are offered to workers, and how many wait for their time. */
  counts(): Promise<{ prioritized: number; delayed: number }>;
  tenant(): TenantId;
  /** Delivers what is owed, again and again until all of it is: on a busy machine a delivery may take longer than a request would wait. */
  deliver(owed: readonly OutboxRow[]): Promise<void>;
  /** Confirms uploads of the lengths given and delivers what is owed. Gives the videos in that order. */
  flood(tenant: TenantId, seconds: readonly number[]): Promise<VideoId[]>;
  /**
   * Slots that do each job at once, as a worker would report it, until `count` have begun. `onBegun` may hold its slot.
   */
  work(
    count: number,
    options?: {
      slots?: number;
      onBegun?: (nth: number, tenant: TenantId) => Promise<void>;
    },
  ): Promise<Begun[]>;
  /** The job's priority in the queue. */
  priority(jobId: string): Promise<number | undefined>;
  row(video: VideoId): Promise<VideoRow>;
}

/** Database, queue and outbox as the service has them, without its APIs; everything ends with the test. */
export async function startSharing(t: Test, own: Partial<TenantLimits> = {}): Promise<Sharing> {
  const limits = { ...NO_LIMITS, ...own };
  const stack = await testStack();
  const [database, redis] = await Promise.all([createDatabase(), startRedis()]);
  const logger = createLogger({ service: "test", level: "silent" });
  const db = connectDatabase({ url: database.url, poolSize: 6, onError: () => undefined });
  await migrate(db);
  const [cache, producer] = [connectRedis(redis.url, "cache", logger), connectRedis(redis.url, "producer", logger)];
  await Promise.all([awaitRedis(cache, 5_000), awaitRedis(producer, 5_000)]);
  const queue = openEncodeQueue(producer);
  const store = createObjectStore(stack.s3);
  const admission = createAdmission(db, queue, limits, logger);
  const deliveries = createDeliveries({
    db,
    queue,
    admission,
    redis: cache.redis,
    store,
    finalTtlSeconds: undefined,
    logger,
  });
  const outbox = createOutbox({ db, deliveries, canDeliver: () => true, logger });
  const refused: VideoId[] = [];
  const reader = new Queue(ENCODE_QUEUE, { connection: { url: redis.url } });
  t.teardown(async () => {
    await reader.close();
    await queue.close();
    cache.close();
    store.close();
    await db.destroy();
    await Promise.all([redis.stop(), database.drop()]);
  });
  const row = (video: VideoId) => db.selectFrom("videos").selectAll().where("id", "=", video).executeTakeFirstOrThrow();

  async function confirm(tenant: TenantId, video: VideoId, durationSeconds: number): Promise<void> {
    const confirmed = await confirmUpload(
      db,
      tenant,
      video,
      { etag: "e", size: 1_000, probe: { durationSeconds } },
      limits,
    );
    if (confirmed.kind !== "confirmed") throw new Error(`video ${video} was not PENDING`);
    await deliver(confirmed.owed);
  }

  async function deliver(owed: readonly OutboxRow[]): Promise<void> {
    for (let left = owed; left.length > 0; ) left = (await outbox.deliver(left)).failed;
  }

  return {
    db,
    queue,
    outbox,
    admission,
    limits,
    refused,
    counts: async () => {
      const { prioritized = 0, delayed = 0 } = await reader.getJobCounts("prioritized", "delayed");
      return { prioritized, delayed };
    },
    tenant: () => randomTenant() as TenantId,
    deliver,
    async flood(tenant, seconds) {
      const video = { title: "t", filename: "f.mp4", content_type: "video/mp4", size_bytes: 1_000 };
      const rows = await insertVideos(
        db,
        tenant,
        seconds.map(() => video),
      );
      for (const [index, { id }] of rows.entries()) await confirm(tenant, id as VideoId, seconds[index] ?? 0);
      return rows.map(({ id }) => id as VideoId);
    },
    async work(count, { slots = 1, onBegun } = {}) {
      const begun: (Begun & { nth: number })[] = [];
      let taken = 0;
      const done = Promise.withResolvers<void>();
      const worker = new Worker(
        ENCODE_QUEUE,
        async (job, token) => {
          const { data } = job;
          const [tenant, video] = [data.tenant_id as TenantId, data.video_id as VideoId];
          if (begun.length >= count) return;
          const nth = ++taken;
          const run = { tenant_id: tenant, generation: data.generation, run_token: `${token}-${video}` };
          const started = await applyTransition(db, tenant, video, { transition: "processing", ...run }, limits);
          if (started.kind === "limited") {
            refused.push(video);
            await job.moveToDelayed(Date.now() + PARKED_MS, token);
            throw new DelayedError();
          }
          if (started.kind !== "applied") throw new Error(`video ${video}: ${started.kind}`);
          const probe = started.row.source_probe as { durationSeconds: number };
          begun.push({ nth, tenant, video, seconds: probe.durationSeconds, turn: started.row.turn_start });
          await onBegun?.(begun.length, tenant);
          const made = { hls_path: "a/master.m3u8", duration: 1 };
          await applyTransition(db, tenant, video, { transition: "ready", attempt: 1, ...run, ...made }, limits);
          await admission.admit(tenant);
          if (begun.length >= count) done.resolve();
        },
        { connection: { url: redis.url }, concurrency: slots },
      );
      worker.on("failed", (_job, error) => done.reject(error));
      worker.on("error", (error) => done.reject(error));
      try {
        await done.promise;
      } finally {
        await worker.close();
      }
      // One slot's report may be overtaken by several of another's.
      return begun.sort((a, b) => a.nth - b.nth);
    },
    priority: async (jobId) => (await reader.getJob(jobId))?.priority,
    row,
  };
}

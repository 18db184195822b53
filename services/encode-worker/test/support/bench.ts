import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ENCODE_QUEUE,
  encodeJobId,
  eventsChannel,
  parseTenantId,
  parseVideoId,
  sourceObjectKey,
  type TenantId,
  type VideoId,
  videoRef,
} from "@lectern/keys";
import { randomTenant, startRedis, testStack } from "@lectern/local-stack";
import { createObjectStore } from "@lectern/object-store";
import { Queue, QueueEvents } from "bullmq";
import { Redis } from "ioredis";
import type { Test } from "tap";
import { startAwakeClock } from "../../../../packages/media/test/support/awake-clock.ts";
import { readConfig } from "../../src/config.ts";
import { createWorkerProcess, type WorkerProcess } from "../../src/index.ts";
import { startUploadDouble } from "./upload-double.ts";

export type Bench = Awaited<ReturnType<typeof setUp>>;

/** A progress message as the channel carries it. */
export interface ProgressMessage {
  kind: string;
  percent: number;
  step: string;
  step_percent: number;
  remaining_seconds: number | null;
  attempt: number;
  /** When it was heard, on a clock that stops while the machine stands still. */
  at: number;
}

/**
 * Everything around a worker: a Redis of its own, the shared store, the internal API's double, a queue.
 * @param options.persistent Redis keeps its data over a stop and start
 */
export async function setUp(t: Test, { persistent = false }: { persistent?: boolean } = {}) {
  const stack = await testStack();
  const awake = startAwakeClock(t);
  const [redisServer, upload, dir] = await Promise.all([
    startRedis({ persistent }),
    startUploadDouble(),
    mkdtemp(join(tmpdir(), "encode-worker-test-")),
  ]);
  const scratchDir = join(dir, "scratch");
  await mkdir(scratchDir);
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = stack.s3;
  const store = createObjectStore({ endpoint, region, bucket, accessKeyId, secretAccessKey });
  const connect = () => {
    const redis = new Redis(redisServer.url, { maxRetriesPerRequest: null });
    redis.on("error", () => {});
    return redis;
  };
  const redis = connect();
  const eventsRedis = connect();
  const queue = new Queue(ENCODE_QUEUE, { connection: redis });
  // From the beginning of the stream: from "now" on, what comes between two of its reads would be lost.
  const queueEvents = new QueueEvents(ENCODE_QUEUE, { connection: eventsRedis, lastEventId: "0-0" });
  queue.on("error", () => {});
  queueEvents.on("error", () => {});
  await queueEvents.waitUntilReady();
  const tenantId = parseTenantId(randomTenant()) as TenantId;
  let lastVideo = 0;

  const env: Record<string, string> = {
    REDIS_URL: redisServer.url,
    UPLOAD_INTERNAL_URL: upload.url,
    INTERNAL_JWT_SECRET: randomUUID(),
    S3_ENDPOINT: endpoint,
    S3_REGION: region,
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
    FFMPEG_PATH: stack.ffmpeg,
    FFPROBE_PATH: stack.ffprobe,
    SCRATCH_DIR: scratchDir,
    X264_PRESET: "ultrafast",
    LOG_LEVEL: "silent",
  };

  t.teardown(async () => {
    await queue.close();
    await queueEvents.close();
    for (const connection of [redis, eventsRedis]) connection.disconnect();
    await upload.close();
    await redisServer.stop();
    store.close();
    await rm(dir, { recursive: true, force: true });
  });

  return {
    stack,
    /** Milliseconds on a clock that stops while the machine stands still. */
    awake,
    redisServer,
    redis,
    queue,
    queueEvents,
    upload,
    store,
    dir,
    scratchDir,
    env,
    tenantId,

    /** A worker in this process; ended with the test at the latest. */
    async worker(settings: Record<string, string> = {}): Promise<WorkerProcess> {
      const worker = await createWorkerProcess(readConfig({ ...env, ...settings }));
      t.teardown(() => worker.shutdown.stop("test over"));
      return worker;
    },

    /** Puts a source into the store, a row into the double and a job into the queue. */
    async submit(source: string | Buffer): Promise<{ videoId: VideoId; jobId: string; sourceKey: string }> {
      lastVideo += 1;
      const videoId = parseVideoId(lastVideo) as VideoId;
      const sourceKey = sourceObjectKey(tenantId, videoId);
      const bytes = typeof source === "string" ? await readFile(source) : source;
      const { md5, size } = await store.put(sourceKey, bytes, { contentType: "video/mp4" });
      upload.videos.set(videoId, {
        tenantId,
        status: "UPLOADED",
        generation: 1,
        attempt: 0,
        version: 1,
        source: { key: sourceKey, etag: md5, size_bytes: size },
      });
      const jobId = encodeJobId(videoId, 1);
      const data = { tenant_id: tenantId, video_id: videoId, generation: 1 };
      await queue.add("encode", data, { jobId, priority: 1 });
      return { videoId, jobId, sourceKey };
    },

    /** Collects a video's progress messages; `until` resolves at the first to come that fits. */
    async follow(videoId: VideoId) {
      const subscriber = connect();
      const messages: ProgressMessage[] = [];
      const hooks = new Set<(message: ProgressMessage) => void>();
      subscriber.on("message", (_channel, text: string) => {
        const message: ProgressMessage = { ...JSON.parse(text), at: awake() };
        if (message.kind !== "progress") return;
        messages.push(message);
        for (const hook of [...hooks]) hook(message);
      });
      await subscriber.subscribe(eventsChannel(videoRef(tenantId, videoId)));
      t.teardown(() => subscriber.disconnect());
      return {
        messages,
        /** Resolves once everything that was published by now is among the messages. */
        caughtUp: () => subscriber.ping(),
        until: (fits: (message: ProgressMessage) => boolean) =>
          new Promise<ProgressMessage>((resolve) => {
            const hook = (message: ProgressMessage): void => {
              if (!fits(message)) return;
              hooks.delete(hook);
              resolve(message);
            };
            hooks.add(hook);
          }),
      };
    },

    /** Keys below a prefix, in the store. */
    async listed(prefix: string): Promise<string[]> {
      const keys: string[] = [];
      for await (const { key } of store.list(prefix)) keys.push(key);
      return keys;
    },
  };
}

/** An encode that is well under way. */
export const encoding = (message: ProgressMessage): boolean =>
  message.step === "transcoding" && message.step_percent > 0;

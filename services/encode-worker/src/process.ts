import { availableParallelism } from "node:os";
import { confinement } from "@lectern/media";
import { createObjectStore } from "@lectern/object-store";
import { connectRedis, connectState, createLogger, createShutdown, type Shutdown } from "@lectern/service-kit";
import type { WorkerConfig } from "./config.ts";
import { createHealthServer } from "./health.ts";
import { createMetrics } from "./metrics.ts";
import { createScratch } from "./scratch.ts";
import { createServiceTokens } from "./service-token.ts";
import { ENCODE_STEPS, type EncodeSteps } from "./steps/index.ts";
import { createUploadService } from "./upload-service.ts";
import { createEncodeWorker, type EncodeWorker } from "./worker.ts";

export interface WorkerProcess {
  worker: EncodeWorker;
  logger: ReturnType<typeof createLogger>;
  /** Where `/healthz`, `/readyz` and `/metrics` answer; null where nothing listens. */
  healthUrl: string | null;
  /** Hands back what runs and closes everything, within {@link SHUTDOWN_MS}. */
  shutdown: Shutdown;
}

/** Limits of the shutdown's phases; together they are the time a container must be given. */
const PHASES_MS = { worker: 8_000, health: 1_000, connections: 1_000 };
export const SHUTDOWN_MS = PHASES_MS.worker + PHASES_MS.health + PHASES_MS.connections;

/**
 * Puts one worker process together from its configuration; nothing is taken from the queue yet.
 * @param steps others than the real ones, for a worker that encodes nothing
 */
export async function createWorkerProcess(
  config: WorkerConfig,
  steps: EncodeSteps = ENCODE_STEPS,
): Promise<WorkerProcess> {
  const logger = createLogger({ service: "encode-worker", level: config.LOG_LEVEL });
  const confined = confinement();
  if (confined.network === null) logger.warn(confined, "nothing keeps ffmpeg from the network");
  else logger.info(confined, "what keeps ffmpeg from the network and from further processes");
  const queue = connectRedis(config.redis.queue, "blocking", logger);
  const state = connectState(config.redis.state, logger);
  const health = await createHealthServer({
    port: config.HEALTH_PORT,
    host: config.HOST,
    degraded: () => ({ queue: !queue.reachable(), state: !state.reachable(), machine: worker.unfit() }),
    logger,
  });
  const store = createObjectStore({
    endpoint: config.S3_ENDPOINT,
    region: config.S3_REGION,
    bucket: config.S3_BUCKET,
    accessKeyId: config.S3_ACCESS_KEY_ID,
    secretAccessKey: config.S3_SECRET_ACCESS_KEY,
    // Each run repeats its calls for hours: tries of the client's own would multiply.
    maxAttempts: 1,
  });
  const scratch = createScratch(config.SCRATCH_DIR);
  const swept = await scratch.sweep();
  if (swept > 0) logger.info({ folders: swept }, "scratch of processes that are no more removed");

  const worker = createEncodeWorker({
    logger,
    queueRedis: queue.redis,
    stateRedis: state.redis,
    concurrency: config.CONCURRENCY,
    uploadService: createUploadService(
      config.UPLOAD_INTERNAL_URL,
      createServiceTokens(config.INTERNAL_JWT_SECRET, logger),
    ),
    store,
    media: {
      tools: { ffmpeg: config.FFMPEG_PATH, ffprobe: config.FFPROBE_PATH },
      limits: { maxDurationSeconds: config.MAX_DURATION_SECONDS, memoryBytes: config.MEMORY_LIMIT_MB * 1024 * 1024 },
      plan: { preset: config.X264_PRESET },
      loudness: config.LOUDNESS_LUFS === "off" ? null : Number(config.LOUDNESS_LUFS),
      wallTimeFactor: config.WALL_TIME_FACTOR,
      machine: {
        processors: availableParallelism(),
        preset: config.X264_PRESET,
        concurrency: config.CONCURRENCY,
        loudness: config.LOUDNESS_LUFS !== "off",
      },
    },
    steps,
    scratch,
    patienceMs: config.PATIENCE_SECONDS * 1000,
    metrics: createMetrics(health.registry),
  });
  const healthUrl = await health.listen();

  const shutdown = createShutdown(logger, [
    {
      name: "worker",
      limitMs: PHASES_MS.worker,
      run: () => {
        health.draining();
        return worker.stop();
      },
    },
    { name: "health", limitMs: PHASES_MS.health, run: health.close },
    {
      name: "connections",
      limitMs: PHASES_MS.connections,
      run: () => {
        for (const connection of [queue, state]) connection.close();
        store.close();
      },
    },
  ]);
  return { worker, logger, healthUrl, shutdown };
}

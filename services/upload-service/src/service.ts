import { confinement } from "@lectern/media";
import { createObjectStore, type ObjectStore } from "@lectern/object-store";
import {
  type App,
  awaitRedis,
  ConfigError,
  connectRedis,
  connectState,
  createShutdown,
  createTokenVerifier,
  type Logger,
  parseList,
  redisUrls,
  type Shutdown,
  turnUnready,
  userTokenSource,
} from "@lectern/service-kit";
import { createInternalApp, createPublicApp } from "./app.ts";
import type { UploadConfig } from "./config.ts";
import { createCosts } from "./costs/keeper.ts";
import { migrate } from "./db/migrate.ts";
import { connectDatabase } from "./db/pool.ts";
import type { OutboxRow } from "./db/schema.ts";
import { createAdmission } from "./limits/admission.ts";
import { createDeliveries } from "./outbox/deliveries.ts";
import { createOutbox } from "./outbox/outbox.ts";
import { createStatusRepair } from "./outbox/repair.ts";
import { cdnUrls, type MediaUrls, storeUrls } from "./playback/media-urls.ts";
import { createPlayer } from "./playback/playback.ts";
import { createPlaylists } from "./playback/playlists.ts";
import { createPosterUrl } from "./playback/posters.ts";
import { createTickets } from "./playback/ticket.ts";
import { openEncodeQueue } from "./queue.ts";
import { createEpochKeeper } from "./reconciler/epoch-keeper.ts";
import { createReconciler } from "./reconciler/reconciler.ts";
import { createSourceProber } from "./videos/probe-source.ts";
import { shareProbes } from "./videos/share-probes.ts";

export interface UploadService {
  publicApp: App;
  internalApp: App;
  shutdown: Shutdown;
}

const REDIS_WAIT_MS = 2_000;
const PROBE_WAIT_MS = 5_000;

/** Connects everything, brings the schema up to date, and gives the two apps ready to listen. */
export async function createUploadService(config: UploadConfig, logger: Logger): Promise<UploadService> {
  if (config.JWT_HS256_SECRET === config.INTERNAL_JWT_SECRET)
    throw new ConfigError(
      "JWT_HS256_SECRET and INTERNAL_JWT_SECRET are the same: a user's token must not pass for a service's.",
    );
  if ([config.JWT_HS256_SECRET, config.INTERNAL_JWT_SECRET].includes(config.PLAYBACK_TICKET_SECRET))
    throw new ConfigError("PLAYBACK_TICKET_SECRET is that of tokens: it is to be one of its own.");
  const redis = redisUrls(config);
  const db = connectDatabase({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL_SIZE,
    onError: (error) => logger.warn({ err: error }, "a database connection was lost"),
  });
  const ran = await migrate(db);
  if (ran.length > 0) logger.info({ migrations: ran }, "schema brought up to date");

  // Found out now: the first probe is not to wait for it.
  const { processes } = confinement();
  if (processes === null) logger.warn("nothing keeps ffprobe from starting further processes");

  const cache = connectState(redis.state, logger);
  const producer = connectRedis(redis.queue, "producer", logger);
  await Promise.all([awaitRedis(cache, REDIS_WAIT_MS), awaitRedis(producer, REDIS_WAIT_MS)]);

  const queue = openEncodeQueue(producer);
  const store = createObjectStore({
    endpoint: config.S3_ENDPOINT,
    publicEndpoint: config.S3_PUBLIC_ENDPOINT ?? config.S3_ENDPOINT,
    region: config.S3_REGION,
    bucket: config.S3_BUCKET,
    accessKeyId: config.S3_ACCESS_KEY_ID,
    secretAccessKey: config.S3_SECRET_ACCESS_KEY,
  });
  const tenantLimits = {
    running: config.TENANT_RUNNING_LIMIT ?? null,
    queued: config.TENANT_QUEUED_LIMIT ?? null,
    hours_a_day: config.TENANT_HOURS_A_DAY ?? null,
  };
  const admission = createAdmission(db, queue, tenantLimits, logger);
  const costs = createCosts(db, logger);
  const finalTtlSeconds = config.FINAL_STATUS_TTL_SECONDS;
  const deliveries = createDeliveries({ db, queue, admission, redis: cache.redis, store, finalTtlSeconds, logger });
  // What moves the line is delivered: a job that comes to wait, and the status of one that begins or ends.
  const movingLine = (kind: "enqueue" | "video_status") => async (row: OutboxRow) => {
    await deliveries[kind](row);
    reconciler.lineChanged();
  };
  const outbox = createOutbox({
    db,
    deliveries: { ...deliveries, enqueue: movingLine("enqueue"), video_status: movingLine("video_status") },
    canDeliver: (kind) => (kind === "enqueue" ? queue.reachable() : cache.reachable()),
    logger,
  });
  queue.onReachable(outbox.wake);
  cache.redis.on("ready", outbox.wake);
  const repair = createStatusRepair({ db, redis: cache.redis, finalTtlSeconds });
  const reconciler = createReconciler({
    db,
    queue,
    admission,
    outbox,
    repair,
    state: cache.redis,
    epochs: { state: createEpochKeeper(cache.redis, "state"), queue: createEpochKeeper(producer.redis, "queue") },
    logger,
    pendingLimitHours: config.PENDING_LIMIT_HOURS,
    sweepMs: config.SWEEP_MS,
  });
  outbox.start();
  reconciler.start();

  const urls = mediaUrls(config, store);
  const posterUrl = createPosterUrl(urls);
  const player = createPlayer({
    db,
    tickets: createTickets(config.PLAYBACK_TICKET_SECRET),
    playlists: createPlaylists(store, urls, config.PLAYBACK_CACHE_BYTES),
    urls,
    posterUrl,
    leastSeconds: config.PLAYBACK_SECONDS,
    publicUrl: config.PUBLIC_URL ?? null,
  });

  const degraded = () => ({ queue: !queue.reachable(), cache: !cache.reachable() });
  const internalVerify = createTokenVerifier({ secret: config.INTERNAL_JWT_SECRET }, "media-internal");
  const docs = config.API_DOCS === "on";
  const internalApp = await createInternalApp(
    { verify: internalVerify, logger, degraded, docs },
    { db, outbox, admission, costs, tenantLimits },
  );
  const publicApp = await createPublicApp(
    {
      verify: createTokenVerifier(userTokenSource(config), "media-api"),
      logger,
      degraded,
      docs,
      corsOrigins: parseList(config.CORS_ORIGINS),
    },
    {
      db,
      outbox,
      admission,
      costs,
      tenantLimits,
      queue,
      store,
      logger,
      probeSource: shareProbes(
        createSourceProber({ ffmpeg: config.FFMPEG_PATH, ffprobe: config.FFPROBE_PATH }, store),
        { atOnce: config.PROBES_AT_ONCE, waitMs: PROBE_WAIT_MS },
      ),
      repair,
      player,
      posterUrl,
      limits: {
        maxUploadBytes: config.MAX_UPLOAD_BYTES,
        uploadUrlSeconds: config.UPLOAD_URL_SECONDS,
        uploadPartBytes: config.UPLOAD_PART_BYTES,
      },
    },
  );

  const shutdown = createShutdown(logger, [
    turnUnready([publicApp, internalApp], config.DRAIN_DELAY_MS),
    { name: "finish requests", limitMs: 5_000, run: () => Promise.all([publicApp.close(), internalApp.close()]) },
    { name: "loops", limitMs: 2_000, run: () => Promise.all([reconciler.stop(), outbox.stop()]) },
    {
      name: "connections",
      limitMs: 2_000,
      run: async () => Promise.all([queue.close(), db.destroy(), cache.close(), store.close()]),
    },
  ]);
  return { publicApp, internalApp, shutdown };
}

function mediaUrls(config: UploadConfig, store: ObjectStore): MediaUrls {
  const { PLAYBACK_CDN_URL: url, PLAYBACK_CDN_SECRET: secret } = config;
  if (url === undefined && secret === undefined) return storeUrls(store);
  if (url === undefined || secret === undefined)
    throw new ConfigError("PLAYBACK_CDN_URL and PLAYBACK_CDN_SECRET go together: one of them is not set.");
  return cdnUrls(url, secret);
}

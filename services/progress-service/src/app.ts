import { type App, createApp, health, type Logger, publicAuth, seldom, type TokenVerifier } from "@lectern/service-kit";
import { Cluster, type Redis } from "ioredis";
import { PROGRESS_API } from "./api.ts";
import { type Changes, listenerFor, watchChanges } from "./changes.ts";
import type { PollDependencies } from "./dependencies.ts";
import { createPollMetrics } from "./metrics.ts";
import { watchPressure } from "./pressure.ts";
import { createPush, type PushOptions } from "./push/create-push.ts";
import { createRateLimits, type RateLimitOptions } from "./rate-limits.ts";
import { createRedisClock } from "./redis-clock.ts";
import { jobProgressRoute } from "./routes/job-progress.ts";
import { pushScope } from "./routes/push-scope.ts";
import { videoBatchRoute } from "./routes/video-batch.ts";
import { videoProgressRoute } from "./routes/video-progress.ts";
import { takesWebSocket } from "./routes/websocket.ts";
import { createSnapshotReader } from "./snapshot-reader.ts";
import { createViews } from "./views.ts";
import { createWaiting } from "./waiting.ts";
import { watchCluster } from "./watch-cluster.ts";

export interface ProgressAppDependencies {
  /** Only read from. The owner connects and closes it; the app works while it is away. */
  redis: Redis | Cluster;
  /** The queue's Redis, on a connection of its own: only read from. Without it nobody's place in the queue is known. */
  queueRedis?: Redis;
  verify: TokenVerifier;
  logger: Logger;
  /** Origins that may call: `["*"]` for all. */
  corsOrigins: readonly string[];
  /** Redis's clock in epoch milliseconds, null while unknown. Default: measured at `redis` every 10 s. */
  now?: () => number | null;
  /** How long a poll waits for Redis, and for a video's place in the queue, in milliseconds. Default: 400 and 100. */
  waits?: { readMs: number; placeMs: number };
  /** What tells of changes at `redis`; its maker stops it. Default: a watch by a connection of its own. */
  changes?: Changes;
  /** Bytes that views may take in memory, roughly. Default: 64 MiB. */
  viewCacheBytes?: number;
  /** Default: none. */
  rateLimits?: RateLimitOptions;
  push?: PushOptions;
  /** Whether `/docs` shows the API. Default: no. */
  docs?: boolean;
}

const VIEW_CACHE_BYTES = 64 * 1024 * 1024;
const NO_LIMITS = { perToken: 0, perTenant: 0 };

/** The whole service but for listening: polls and push behind the user's token, `/healthz`, `/readyz`, `/metrics`, `/openapi.json`. */
export async function createProgressApp(dependencies: ProgressAppDependencies): Promise<App> {
  const { redis, logger } = dependencies;
  const app = await createApp({
    title: "Progress of videos and jobs",
    api: PROGRESS_API,
    docs: dependencies.docs ?? false,
    logger,
    corsOrigins: dependencies.corsOrigins,
    takesUpgrade: takesWebSocket,
  });
  await app.register(health, { degraded: () => ({ redis: redis.status !== "ready" }) });
  const { polls, ...watched } = pollDependencies(app, dependencies);
  const push = createPush(app, { redis, polls, ...watched }, dependencies.push ?? {});
  await app.register(pushScope, { verify: dependencies.verify, push });
  await app.register((scope: App, _options, done) => {
    scope.register(publicAuth, { verify: dependencies.verify });
    for (const prefix of ["/api/v1", ""]) {
      scope.register(
        (routes: App, _none, over) => {
          pollRoutes(routes, polls);
          over();
        },
        { prefix },
      );
    }
    done();
  });
  return app;
}

function pollRoutes(app: App, polls: PollDependencies): void {
  videoProgressRoute(app, polls);
  videoBatchRoute(app, polls);
  jobProgressRoute(app, polls);
}

interface Watched {
  polls: PollDependencies;
  changes: Changes;
  reachable: () => boolean;
}

function pollDependencies(app: App, dependencies: ProgressAppDependencies): Watched {
  const { redis, logger } = dependencies;
  const metrics = createPollMetrics(app.metrics);
  const pressure = watchPressure();
  const now = dependencies.now ?? measuredClock(app, redis);
  const changes = dependencies.changes ?? ownWatch(app, redis, logger);
  let lastError: unknown;
  const log = seldom((extra) =>
    logger.warn({ err: lastError, ...extra }, "polls are answered by default: no answer from redis"),
  );
  const reader = createSnapshotReader(
    redis,
    {
      failed: (failure, error) => {
        metrics.redisFailed(failure);
        lastError = error ?? failure;
        log();
      },
      began: metrics.roundTrip,
      answered: pressure.readTook,
    },
    {
      findWaiting: dependencies.queueRedis && createWaiting(dependencies.queueRedis, dependencies.waits?.placeMs),
      limitMs: dependencies.waits?.readMs,
    },
  );
  const views = createViews({
    reader,
    changes,
    now,
    mostBytes: dependencies.viewCacheBytes ?? VIEW_CACHE_BYTES,
    onAsked: metrics.asked,
  });
  metrics.gauges({
    views: views.count,
    watching: () => changes.mark() !== null,
    pressed: () => pressure.retryAfter() !== null,
  });
  app.addHook("onClose", async () => pressure.stop());
  const limits = createRateLimits(dependencies.rateLimits ?? NO_LIMITS);
  return { polls: { views, limits, pressure, metrics, now }, changes, reachable: reader.reachable };
}

function measuredClock(app: App, redis: Redis | Cluster): () => number | null {
  const clock = createRedisClock(redis);
  app.addHook("onClose", async () => clock.stop());
  return clock.now;
}

function ownWatch(app: App, redis: Redis | Cluster, logger: Logger): Changes {
  let lastError: unknown;
  const log = seldom((extra) =>
    logger.warn({ err: lastError, ...extra }, "redis tells of no changes: each view is read anew after 250 ms"),
  );
  const onFailure = (error: unknown): void => {
    lastError = error;
    log();
  };
  const changes =
    redis instanceof Cluster
      ? watchCluster(redis, onFailure)
      : watchChanges({ reader: redis, listener: listenerFor(redis), onFailure });
  app.addHook("onClose", async () => changes.stop());
  return changes;
}

import { type App, createApp, health, type Logger, publicAuth, seldom, type TokenVerifier } from "@lectern/service-kit";
import type { Redis } from "ioredis";
import type { PollDependencies } from "./dependencies.ts";
import { createPollMetrics } from "./metrics.ts";
import { createRedisClock } from "./redis-clock.ts";
import { jobProgressRoute } from "./routes/job-progress.ts";
import { videoBatchRoute } from "./routes/video-batch.ts";
import { videoProgressRoute } from "./routes/video-progress.ts";
import { createSnapshotReader } from "./snapshot-reader.ts";

export interface ProgressAppDependencies {
  /** Only read from. The owner connects and closes it; the app works while it is away. */
  redis: Redis;
  verify: TokenVerifier;
  logger: Logger;
  /** Origins that may call: `["*"]` for all. */
  corsOrigins: readonly string[];
  /** Redis's clock in epoch milliseconds, null while unknown. Default: measured at `redis` every 10 s. */
  now?: () => number | null;
}

/** The whole service but for listening: polls behind the user's token, `/healthz`, `/readyz`, `/metrics`, `/openapi.json`. */
export async function createProgressApp(dependencies: ProgressAppDependencies): Promise<App> {
  const { redis, logger } = dependencies;
  const app = await createApp({ title: "Progress of videos and jobs", logger, corsOrigins: dependencies.corsOrigins });
  await app.register(health, { degraded: () => ({ redis: redis.status !== "ready" }) });
  const polls = pollDependencies(app, dependencies);
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

function pollDependencies(app: App, { redis, logger, now }: ProgressAppDependencies): PollDependencies {
  const metrics = createPollMetrics(app.metrics);
  let lastError: unknown;
  const log = seldom((extra) =>
    logger.warn({ err: lastError, ...extra }, "polls are answered by default: no answer from redis"),
  );
  const reader = createSnapshotReader(redis, (failure, error) => {
    metrics.redisFailed(failure);
    lastError = error ?? failure;
    log();
  });
  if (now) return { reader, metrics, now };
  const clock = createRedisClock(redis);
  app.addHook("onClose", async () => clock.stop());
  return { reader, metrics, now: clock.now };
}

import { setTimeout as delay } from "node:timers/promises";
import {
  connectRedis,
  createLogger,
  createShutdown,
  createTokenVerifier,
  parseList,
  stopOnSignals,
  userTokenSource,
} from "@lectern/service-kit";
import { createProgressApp } from "./app.ts";
import { loadProgressConfig } from "./config.ts";

const config = loadProgressConfig(process.env);
const logger = createLogger({ service: "progress-service", level: config.LOG_LEVEL });
const connection = connectRedis(config.REDIS_STATE_URL ?? config.REDIS_URL, "cache", logger);
const app = await createProgressApp({
  redis: connection.redis,
  verify: createTokenVerifier(userTokenSource(config), "media-api"),
  logger,
  corsOrigins: parseList(config.CORS_ORIGINS),
});

stopOnSignals(
  logger,
  createShutdown(logger, [
    {
      name: "unready",
      limitMs: config.DRAIN_DELAY_MS + 1_000,
      // Until the balancer has seen it, requests keep coming and are answered.
      run: () => {
        app.readiness.state = "draining";
        return delay(config.DRAIN_DELAY_MS);
      },
    },
    { name: "http", limitMs: 10_000, run: () => app.close() },
    { name: "redis", limitMs: 1_000, run: connection.close },
  ]),
);

const address = await app.listen({ host: config.HOST, port: config.PORT });
app.readiness.state = "ready";
logger.info({ address }, "listening");

import {
  connectRedis,
  connectState,
  createLogger,
  createShutdown,
  createTokenVerifier,
  parseList,
  stopOnSignals,
  turnUnready,
  userTokenSource,
} from "@lectern/service-kit";
import { createProgressApp } from "./app.ts";
import { loadProgressConfig } from "./config.ts";
import { COMMAND_MS } from "./snapshot-reader.ts";

const config = loadProgressConfig(process.env);
const logger = createLogger({ service: "progress-service", level: config.LOG_LEVEL });
const connection = connectState(config.redis.state, logger, { commandMs: COMMAND_MS });
const queue = connectRedis(config.redis.queue, "cache", logger);
const app = await createProgressApp({
  redis: connection.redis,
  queueRedis: queue.redis,
  verify: createTokenVerifier(userTokenSource(config), "media-api"),
  logger,
  corsOrigins: parseList(config.CORS_ORIGINS),
  viewCacheBytes: config.VIEW_CACHE_MB * 1024 * 1024,
  rateLimits: { perToken: config.RATE_LIMIT_PER_TOKEN, perTenant: config.RATE_LIMIT_PER_TENANT },
  docs: config.API_DOCS === "on",
  push: {
    ticketSecret: config.PROGRESS_TICKET_SECRET,
    limits: { perProcess: config.STREAMS_MAX, perTenant: config.STREAMS_MAX_PER_TENANT },
  },
});
/** Clients are told to come back one after the other over this time: elsewhere they arrive as they left. */
const STREAMS_LEAVE_MS = 3_000;

stopOnSignals(
  logger,
  createShutdown(logger, [
    turnUnready([app], config.DRAIN_DELAY_MS),
    { name: "streams", limitMs: STREAMS_LEAVE_MS + 1_500, run: () => app.streams.drain(STREAMS_LEAVE_MS) },
    { name: "http", limitMs: 10_000, run: () => app.close() },
    {
      name: "redis",
      limitMs: 1_000,
      run: () => {
        for (const { close } of [connection, queue]) close();
      },
    },
  ]),
);

const address = await app.listen({ host: config.HOST, port: config.PORT });
app.readiness.state = "ready";
logger.info({ address }, "listening");

import { Redis, type RedisOptions } from "ioredis";
import { type Logger, seldom } from "./logger.ts";

/**
 * What a connection is for:
 * - `cache`: reads and writes that may cost a request little time: fail at once while Redis is away, never queue up;
 * - `producer`: adds to a queue, likewise;
 * - `blocking`: a queue worker's: waits for Redis as long as it takes.
 */
export type RedisRole = "cache" | "producer" | "blocking";

export interface RedisConnection {
  redis: Redis;
  /** Whether commands can be sent right now. */
  reachable: () => boolean;
  close: () => void;
}

const RETRY_LIMIT_MS = 500;

const ROLES: Record<RedisRole, RedisOptions> = {
  cache: { enableAutoPipelining: true, enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 400 },
  producer: { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 400 },
  // No command time-out: a blocking read would be cut off by it.
  blocking: { maxRetriesPerRequest: null },
};

/** Connects in the background and reconnects for ever; errors are logged seldom and never end the process. */
export function connectRedis(url: string, role: RedisRole, logger: Logger): RedisConnection {
  const redis = new Redis(url, {
    ...ROLES[role],
    connectTimeout: 2_000,
    retryStrategy: (times) => Math.min(50 * times, RETRY_LIMIT_MS),
    // A replica that was promoted, or a server that is still loading its data: connect anew instead of failing on.
    reconnectOnError: (error) => /^(READONLY|LOADING)/.test(error.message),
  });
  let lastError: unknown;
  const log = seldom((extra) => logger.warn({ err: lastError, role, ...extra }, "redis connection error"));
  redis.on("error", (error: unknown) => {
    lastError = error;
    log();
  });
  return { redis, reachable: () => redis.status === "ready", close: () => redis.disconnect() };
}

/** Resolves at the first connection, or after `limitMs` without one: a service starts without Redis too. */
export async function awaitRedis(connection: RedisConnection, limitMs: number): Promise<void> {
  if (connection.reachable()) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, limitMs);
    function done(): void {
      clearTimeout(timer);
      connection.redis.off("ready", done);
      resolve();
    }
    connection.redis.once("ready", done);
  });
}

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
/**
 * How often each connection is tried. Two trials without a byte in answer end it, so one that died in silence costs 8
 * to 12 s: less than a job's lock of 20 s that is renewed every 5 s.
 */
const TRIAL_MS = 4_000;

const ROLES: Record<RedisRole, RedisOptions> = {
  cache: { enableAutoPipelining: true, enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 400 },
  producer: { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 400 },
  // No command time-out: a blocking read would be cut off by it.
  blocking: { maxRetriesPerRequest: null },
};

/**
 * Connects in the background and reconnects for ever; errors are logged seldom and never end the process.
 * @param trialMs how often the connection is tried, in milliseconds
 */
export function connectRedis(
  url: string,
  role: RedisRole,
  logger: Logger,
  { trialMs = TRIAL_MS }: { trialMs?: number } = {},
): RedisConnection {
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
  const stopTrials = keepTrying(redis, trialMs);
  return {
    redis,
    reachable: () => redis.status === "ready",
    close: () => {
      stopTrials();
      redis.disconnect();
    },
  };
}

/**
 * A server that vanished without a word (a lost machine, a firewall that forgot) leaves a connection that looks open
 * until the kernel gives up, a quarter of an hour later. ioredis's `socketTimeout` would not do: its timer outlives the
 * connection and ends the next one (mended after 5.11.1), and a connection without a command is not looked at.
 */
function keepTrying(redis: Redis, trialMs: number): () => void {
  let seen: { stream: Redis["stream"]; bytes: number } | undefined;
  let silent = 0;
  const timer = setInterval(() => {
    const { status, stream } = redis;
    if (status !== "ready" && status !== "connect") {
      seen = undefined;
      return;
    }
    // By what arrived, not by the answer: a slow one may have been given up long before.
    const heard = seen === undefined || seen.stream !== stream || seen.bytes !== stream.bytesRead;
    seen = { stream, bytes: stream.bytesRead };
    silent = heard ? 0 : silent + 1;
    if (silent >= 2) {
      stream.destroy(new Error("Redis is silent: the connection is given up"));
    } else if (status === "ready") {
      // Whoever is still shaking hands waits for an answer anyway.
      redis.ping().catch(() => {});
    }
  }, trialMs);
  timer.unref();
  redis.once("end", () => clearInterval(timer));
  return () => clearInterval(timer);
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

import { Cluster, Redis, type RedisOptions } from "ioredis";
import { ConfigError } from "./config.ts";
import { type Logger, seldom } from "./logger.ts";
import { parseRedisUrl, type RedisAddress } from "./redis-address.ts";

/**
 * What a connection is for:
 * - `cache`: reads and writes that may cost a request little time: fail at once while Redis is away, never queue up;
 * - `producer`: adds to a queue, likewise;
 * - `blocking`: a queue worker's: waits for Redis as long as it takes.
 */
export type RedisRole = "cache" | "producer" | "blocking";

export interface RedisConnection<Client extends Redis | Cluster = Redis> {
  redis: Client;
  /** Whether commands can be sent right now. */
  reachable: () => boolean;
  close: () => void;
}

const RETRY_LIMIT_MS = 500;
/** What a command may take in the roles that do not wait. */
const COMMAND_MS = 400;
const CONNECT_MS = 2_000;
/**
 * How often each connection is tried. Two trials without a byte in answer end it, so one that died in silence costs 8
 * to 12 s: less than a job's lock of 20 s that is renewed every 5 s.
 */
const TRIAL_MS = 4_000;

const ROLES: Record<RedisRole, RedisOptions> = {
  cache: { enableAutoPipelining: true, enableOfflineQueue: false, maxRetriesPerRequest: 0 },
  producer: { enableOfflineQueue: false, maxRetriesPerRequest: 0 },
  // No command time-out: a blocking read would be cut off by it.
  blocking: { maxRetriesPerRequest: null },
};

/**
 * Connects in the background and reconnects for ever; errors are logged seldom and never end the process. Behind
 * sentinels it follows the master from server to server.
 * @param url of one server, or of sentinels (see `parseRedisUrl`)
 * @param trialMs how often the connection is tried, in milliseconds
 * @param commandMs what a command may take, in milliseconds; nothing is cut off in the role `blocking`
 * @throws ConfigError for a URL that is none, or a Cluster's
 */
export function connectRedis(
  url: string,
  role: RedisRole,
  logger: Logger,
  { trialMs = TRIAL_MS, commandMs = COMMAND_MS }: { trialMs?: number; commandMs?: number } = {},
): RedisConnection {
  const address = parseRedisUrl(url);
  if (address.kind === "cluster")
    throw new ConfigError(
      "The queue cannot be in a Redis Cluster: set REDIS_QUEUE_URL to one server or to sentinels, and REDIS_STATE_URL to the Cluster.",
    );
  const options: RedisOptions = {
    ...ROLES[role],
    ...(role !== "blocking" && { commandTimeout: commandMs }),
    connectTimeout: CONNECT_MS,
    retryStrategy,
    // A replica that was promoted, or a server that is still loading its data: connect anew instead of failing on.
    reconnectOnError: (error) => /^(READONLY|LOADING)/.test(error.message),
  };
  const redis =
    address.kind === "server" ? new Redis(address.url, options) : new Redis({ ...options, ...ofSentinels(address) });
  logErrors(redis, role, logger);
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
 * As {@link connectRedis} in the role `cache`, and for a Cluster too: what holds statuses and progress, which are
 * written and read one key at a time. A Cluster is read from its masters.
 * @param commandMs what a command may take, in milliseconds
 * @throws ConfigError for a URL that is none
 */
export function connectState(
  url: string,
  logger: Logger,
  { commandMs = COMMAND_MS }: { commandMs?: number } = {},
): RedisConnection<Redis | Cluster> {
  const address = parseRedisUrl(url);
  if (address.kind !== "cluster") return connectRedis(url, "cache", logger, { commandMs });
  const { nodes, tls, kind: _kind, ...login } = address;
  const { enableAutoPipelining, enableOfflineQueue, ...ofNode } = ROLES.cache;
  const cluster = new Cluster(nodes, {
    enableAutoPipelining,
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    slotsRefreshTimeout: CONNECT_MS,
    // Nobody tells of a fail-over whose slots are not asked for.
    slotsRefreshInterval: 5_000,
    redisOptions: {
      ...ofNode,
      commandTimeout: commandMs,
      ...login,
      connectTimeout: CONNECT_MS,
      ...(tls && { tls: {} }),
    },
    // A certificate names a host, not its address.
    ...(tls && { dnsLookup: (host, found) => found(null, host) }),
  });
  logErrors(cluster, "cluster", logger);
  return { redis: cluster, reachable: () => cluster.status === "ready", close: () => cluster.disconnect() };
}

function retryStrategy(times: number): number {
  return Math.min(50 * times, RETRY_LIMIT_MS);
}

function ofSentinels(address: Extract<RedisAddress, { kind: "sentinel" }>): RedisOptions {
  const { kind: _kind, replica, tls, ...options } = address;
  return {
    ...options,
    role: replica ? "slave" : "master",
    sentinelRetryStrategy: retryStrategy,
    // The old master may live on: whoever only reads would stay with it and notice nothing.
    failoverDetector: true,
    ...(tls && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
  };
}

function logErrors(redis: Redis | Cluster, role: string, logger: Logger): void {
  let lastError: unknown;
  const log = seldom((extra) => logger.warn({ err: lastError, role, ...extra }, "redis connection error"));
  redis.on("error", (error: unknown) => {
    lastError = error;
    log();
  });
}

/**
 * A server that vanished without a word (a lost machine, a firewall that forgot) leaves a connection that looks open
 * until the kernel gives up, a quarter of an hour later. ioredis's `socketTimeout` would not do: its timer outlives the
 * connection and ends the next one (mended after 5.11.1), and a connection without a command is not looked at.
 */
function keepTrying(redis: Redis, trialMs: number): () => void {
  let seen: { stream: Redis["stream"]; bytes: number } | undefined;
  let silent = 0;
  let ledToMaster: Redis["stream"] | undefined;

  /** A master that became a replica keeps its connections, and readers would stay with it: the way there is taken anew. */
  async function stayWithMaster(stream: Redis["stream"]): Promise<void> {
    const [role] = await redis.role();
    if (role === "master") ledToMaster = stream;
    else if (ledToMaster === stream) stream.destroy(new Error("Redis is a replica now: the connection is made anew"));
  }

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
      stayWithMaster(stream).catch(() => {});
    }
  }, trialMs);
  timer.unref();
  redis.once("end", () => clearInterval(timer));
  return () => clearInterval(timer);
}

/** Resolves at the first connection, or after `limitMs` without one: a service starts without Redis too. */
export async function awaitRedis(connection: RedisConnection<Redis | Cluster>, limitMs: number): Promise<void> {
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

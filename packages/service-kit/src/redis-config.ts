import { type Static, type TObject, Type } from "typebox";
import { ConfigError } from "./config.ts";
import { parseRedisUrl, type RedisAddress } from "./redis-address.ts";

/** Where Redis is: one for both, or one each for statuses and progress and for the queue, which needs noeviction. */
export const RedisConfig = {
  REDIS_URL: Type.Optional(RedisUrl("URL of Redis, redis://host:port or redis+sentinel://host:port,host:port/name")),
  REDIS_STATE_URL: Type.Optional(
    RedisUrl("URL of the Redis of statuses and progress, as REDIS_URL or redis+cluster://host:port,host:port"),
  ),
  REDIS_QUEUE_URL: Type.Optional(RedisUrl("URL of the Redis of the queue, as REDIS_URL; it needs noeviction")),
};

function RedisUrl(description: string) {
  return Type.String({ pattern: "^rediss?(\\+(sentinel|cluster))?://", description });
}

/**
 * @param readsOnly whether the service writes nothing, and so may read from a replica
 * @throws ConfigError where one of the two is nowhere, is no URL of Redis, or the queue's is a Cluster
 */
export function redisUrls(
  config: Readonly<Static<TObject<typeof RedisConfig>>>,
  { readsOnly = false }: { readsOnly?: boolean } = {},
): { state: string; queue: string } {
  const state = config.REDIS_STATE_URL ?? config.REDIS_URL;
  const queue = config.REDIS_QUEUE_URL ?? config.REDIS_URL;
  if (state === undefined || queue === undefined)
    throw new ConfigError("REDIS_URL is not set: it, or REDIS_STATE_URL and REDIS_QUEUE_URL, say where Redis is.");
  const addresses = [named("REDIS_STATE_URL or REDIS_URL", state), named("REDIS_QUEUE_URL or REDIS_URL", queue)];
  if (addresses[1]?.kind === "cluster")
    throw new ConfigError(
      "The queue cannot be in a Redis Cluster: set REDIS_QUEUE_URL to one server or to sentinels, and REDIS_STATE_URL to the Cluster.",
    );
  if (!readsOnly && addresses.some((address) => address.kind === "sentinel" && address.replica))
    throw new ConfigError("A Redis URL with reads=replica is for progress-service alone: this service writes.");
  return { state, queue };
}

function named(variable: string, url: string): RedisAddress {
  try {
    return parseRedisUrl(url);
  } catch (cause) {
    throw new ConfigError(`${variable} has a value that cannot be used: ${(cause as Error).message}`, { cause });
  }
}

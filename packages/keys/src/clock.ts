import type { RedisLike } from "./scripts.ts";

/** Redis's clock in epoch milliseconds, whole: what every `updated_at` and `started_at` here was taken from. */
export async function redisNow(redis: RedisLike): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

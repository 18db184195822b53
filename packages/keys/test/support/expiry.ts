import type { Redis } from "ioredis";
import { redisNow } from "../../src/index.ts";

/**
 * Whether the key was given `seconds` between `since`, of Redis's clock, and now. By the moment that Redis keeps: the TTL
 * counts on, and is rounded, while the machine stands still.
 */
export async function wasGiven(redis: Redis, key: string, seconds: number, since: number): Promise<boolean> {
  const givenAt = (await redis.pexpiretime(key)) - seconds * 1000;
  return since <= givenAt && givenAt <= (await redisNow(redis));
}

import { Redis, type RedisOptions } from "ioredis";

const url = process.env.KEYS_TEST_REDIS ?? "redis://127.0.0.1:17379";

/** A connection to the tests' Redis, and who closes it. */
export async function connectRedis(options: RedisOptions = {}): Promise<Redis> {
  return new Redis(url, options);
}

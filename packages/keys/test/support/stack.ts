import { testStack } from "@lectern/local-stack";
import { Redis, type RedisOptions } from "ioredis";

export async function redisUrl(): Promise<string> {
  const stack = await testStack();
  return stack.redisUrl;
}

/** A connection to the Redis of the tests; who asks for it disconnects it. */
export async function connectRedis(options: RedisOptions = {}): Promise<Redis> {
  return new Redis(await redisUrl(), options);
}

import { type RedisLike, redisNow } from "@lectern/keys";

const MEASURE_EVERY_MS = 10_000;
/** An answer that took longer says too little about when it was given. */
const LONGEST_MEASURE_MS = 1_000;

export interface RedisClock {
  /** Redis's clock in epoch milliseconds; null until it could be asked once. */
  now: () => number | null;
  stop: () => void;
}

/**
 * Redis's clock without asking it for each poll. Everything that is compared was stamped by Redis, so this process's
 * own clock may be minutes off: it only counts the time since the last measurement, by the monotonic clock.
 */
export function createRedisClock(redis: RedisLike, everyMs = MEASURE_EVERY_MS): RedisClock {
  let offset: number | null = null;

  async function measure(): Promise<void> {
    const before = performance.now();
    const theirs = await redisNow(redis);
    const after = performance.now();
    if (after - before <= LONGEST_MEASURE_MS) offset = theirs - (before + after) / 2;
    // Until there is one, nothing is told of what stalls.
    else if (offset === null) await measure();
  }
  // A failed measurement leaves the last one standing; whoever reads from Redis notices its loss anyway.
  const attempt = (): void => void measure().catch(() => {});

  redis.on("ready", attempt);
  const timer = setInterval(attempt, everyMs).unref();
  if (redis.status === "ready") attempt();
  return {
    now: () => (offset === null ? null : offset + performance.now()),
    stop: () => {
      clearInterval(timer);
      redis.off("ready", attempt);
    },
  };
}

/** Longest that a request may be held up by a Redis that does not answer. */
const REDIS_LIMIT_MS = 500;

/**
 * Waits for `work` no longer than a request may wait for Redis. The connections' own limits count from the sending of
 * each command, and a command is sent only when those before it have been answered.
 * @throws what `work` throws, or an Error when its time is over; the work itself goes on, and what becomes of it is ignored
 */
export async function withinLimit<T>(work: Promise<T>, limitMs = REDIS_LIMIT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${limitMs} ms.`)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Longest that a request may be held up by a Redis that does not answer. Half of what the whole answer may take: the
 * rest is for the database, and in "upload complete" for the look into the file.
 */
const REDIS_LIMIT_MS = 250;

/**
 * Waits for `work` no longer than a request may wait for Redis. The connections' own limits count from the sending of
 * each command, and a command is sent only when those before it have been answered.
 * @throws what `work` throws, or an Error when its time is over; the work itself goes on, and what becomes of it is ignored
 */
export async function withinLimit<T>(work: Promise<T>, limitMs = REDIS_LIMIT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    const late = () => reject(new Error(`Redis did not answer within ${limitMs} ms.`));
    // After a moment when this process itself stood still the timer is first in line: an answer that is there already is read before it counts.
    timer = setTimeout(() => setImmediate(late), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

import { LecternError } from "./errors.ts";
import { backOff, isOnline, sleepOrOnline } from "./waiting.ts";

/**
 * Does it until it succeeds or is refused for good: what passes by itself (no network, 408, 429, 5xx) is tried again
 * after a wait that grows, or the one that the answer asked for; a browser that comes back online ends the wait.
 * @param onTrouble told of each failure, and null when it went on
 */
export async function insist<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  onTrouble: (error: LecternError | null) => void,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      const result = await work();
      if (failures > 1) onTrouble(null);
      return result;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof LecternError) || !error.passing) throw error;
      onTrouble(error);
      const wait = Math.max(error.retryAfterMs ?? 0, backOff(failures));
      await sleepOrOnline(wait, signal, error.retryAfterMs === null);
      while (!isOnline() && !signal.aborted) await sleepOrOnline(5_000, signal);
      signal.throwIfAborted();
    }
  }
}

/** Between two writes: with a slow answer of Redis in between there is still one a second. */
const MOST_MS = 700;
/** Nobody looks more often. */
const LEAST_MS = 100;
/** Writes in a bar of a few seconds, which is to run all the same. */
const WRITES = 100;
/** What is shown of the time left may be old by this share of it. */
const STALE_SHARE = 0.05;

/**
 * Milliseconds from one write of the progress to the next: a hundredth of the whole, more often shortly before the end,
 * where half a second is much of what is left. Pure.
 * @param remaining null where nothing is known
 */
export function paceMs(elapsedSeconds: number, remainingSeconds: number | null): number {
  if (remainingSeconds === null) return LEAST_MS;
  const step = (elapsedSeconds + remainingSeconds) / WRITES;
  const soon = remainingSeconds * STALE_SHARE;
  return Math.min(MOST_MS, Math.max(LEAST_MS, Math.min(step, soon) * 1000));
}

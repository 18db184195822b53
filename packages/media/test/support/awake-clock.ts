import type { Test } from "tap";

const BEAT_MS = 20;

/**
 * Milliseconds on a clock that stops while this process does not get to run, until the test ends: a promise of time is
 * the program's, and none that a machine that stands still for seconds could keep.
 */
export function startAwakeClock(t: Test): () => number {
  let last = performance.now();
  let asleep = 0;
  const missed = (now: number): number => Math.max(0, now - last - 2 * BEAT_MS);
  const timer = setInterval(() => {
    const now = performance.now();
    asleep += missed(now);
    last = now;
  }, BEAT_MS);
  timer.unref();
  t.teardown(() => clearInterval(timer));
  return () => {
    const now = performance.now();
    return now - asleep - missed(now);
  };
}

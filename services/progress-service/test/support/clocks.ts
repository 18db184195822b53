import type { Test } from "tap";

/** Lets the monotonic clock of this process stand still until the test ends: what counts by it finds that no time passes. */
export function stopClock(t: Test): { pass: (ms: number) => void } {
  const real = performance.now;
  // A whole number, so that what is added comes out again when the two are compared.
  let now = Math.ceil(real.call(performance));
  performance.now = () => now;
  t.teardown(() => {
    performance.now = real;
  });
  return {
    pass: (ms) => {
      now += ms;
    },
  };
}

/** The same for the time of day, which `move` puts forward or back. */
export function stopDay(t: Test): { move: (ms: number) => void } {
  const real = Date.now;
  let now = real();
  Date.now = () => now;
  t.teardown(() => {
    Date.now = real;
  });
  return {
    move: (ms) => {
      now += ms;
    },
  };
}

/**
 * What `answer` gives; null where it came later than `ms`. By the order of timers, not by the clock: a machine that
 * stands still holds up both alike.
 */
export async function within<T>(ms: number, answer: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<null>((resolve) => {
    // What has arrived by then counts.
    timer = setTimeout(() => setImmediate(() => setImmediate(resolve, null)), ms);
  });
  const first = await Promise.race([answer, limit]);
  clearTimeout(timer);
  return first;
}

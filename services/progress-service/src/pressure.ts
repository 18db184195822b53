import { monitorEventLoopDelay } from "node:perf_hooks";

/** Whoever waits this long for the process, or for Redis, is asked to come back later. */
const TOO_LONG_MS = 100;
const LOOK_EVERY_MS = 1_000;
const RESOLUTION_MS = 20;

export interface Pressure {
  /** Seconds to wait before the next poll, drawn from 5 to 10; null while there is no pressure. */
  retryAfter: () => number | null;
  /** A read took this long. */
  readTook: (ms: number) => void;
  stop: () => void;
}

/** Looks each second how long the event loop held things up (nine in ten shorter), and the longest read. */
export function watchPressure(): Pressure {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let longestRead = 0;
  let pressed = false;
  delay.enable();
  const timer = setInterval(() => {
    const held = delay.percentile(90) / 1e6 - RESOLUTION_MS;
    pressed = Math.max(held, longestRead) > TOO_LONG_MS;
    delay.reset();
    longestRead = 0;
  }, LOOK_EVERY_MS).unref();
  return {
    retryAfter: () => (pressed ? 5 + Math.floor(Math.random() * 6) : null),
    readTook: (ms) => {
      if (ms > longestRead) longestRead = ms;
    },
    stop: () => {
      clearInterval(timer);
      delay.disable();
    },
  };
}

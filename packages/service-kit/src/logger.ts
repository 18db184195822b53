import { type Logger, pino } from "pino";
import type { LogLevel } from "./config.ts";

export type { Logger } from "pino";

/** JSON lines on standard output. Tokens never reach the log. */
export function createLogger(options: { service: string; level: LogLevel }): Logger {
  return pino({
    level: options.level,
    base: { service: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ["req.headers.authorization", "headers.authorization", "token"],
  });
}

/**
 * Logs the first of a burst and then at most one in `everyMs`, with how many were left out:
 * an outage of Redis brings hundreds of the same event.
 */
export function seldom(log: (extra: { repeated: number }) => void, everyMs = 10_000): () => void {
  let last = Number.NEGATIVE_INFINITY;
  let repeated = 0;
  return () => {
    const now = performance.now();
    if (now - last < everyMs) {
      repeated += 1;
      return;
    }
    last = now;
    log({ repeated });
    repeated = 0;
  };
}

import { availableParallelism } from "node:os";
import type { MediaLimits } from "./types.ts";

const GIB = 1024 ** 3;

export const DEFAULT_LIMITS: MediaLimits = {
  // 8K (7680x4320) and a little more.
  maxPixels: 36_000_000,
  maxStreams: 64,
  maxDurationSeconds: 12 * 3600,
  memoryBytes: 8 * GIB,
  probeTimeoutMs: 30_000,
  encodeTimeoutMs: 24 * 3_600_000,
  checkTimeoutMs: 60_000,
};

export function limitsWith(overrides: Partial<MediaLimits> | undefined): MediaLimits {
  return { ...DEFAULT_LIMITS, ...overrides };
}

/**
 * Processor seconds that a run of `timeoutMs` could at most use up, and some. Never the first limit to strike
 * while this process lives; it ends what spins on after this process was killed.
 */
export function cpuSecondsFor(timeoutMs: number): number {
  return Math.ceil((timeoutMs / 1000) * availableParallelism()) + 10;
}

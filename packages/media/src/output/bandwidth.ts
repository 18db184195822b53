import type { SegmentFile } from "../result-types.ts";

/** Bits a second. */
export interface Bandwidth {
  readonly peak: number;
  readonly average: number;
}

/**
 * As RFC 8216 counts: the average over everything, and the highest rate of any run of segments that lasts 0.5 to 1.5
 * target durations (so that a last segment of one picture does not count as a second of its kind).
 */
export function bandwidthOf(segments: readonly SegmentFile[]): Bandwidth {
  const target = targetDuration(segments);
  const total = rate(segments);
  let peak = total;
  for (let from = 0; from < segments.length; from += 1) {
    let seconds = 0;
    for (let to = from; to < segments.length && seconds < 1.5 * target; to += 1) {
      seconds += segments[to]?.durationSeconds ?? 0;
      if (seconds >= 0.5 * target && seconds <= 1.5 * target) peak = Math.max(peak, rate(segments.slice(from, to + 1)));
    }
  }
  return { peak: Math.ceil(peak), average: Math.ceil(total) };
}

/** EXT-X-TARGETDURATION: no segment's rounded duration may be longer. Whole seconds, at least 1. */
export function targetDuration(segments: readonly SegmentFile[]): number {
  return Math.max(1, ...segments.map((segment) => Math.round(segment.durationSeconds)));
}

function rate(segments: readonly SegmentFile[]): number {
  const seconds = segments.reduce((sum, segment) => sum + segment.durationSeconds, 0);
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return seconds > 0 ? (bytes * 8) / seconds : 0;
}

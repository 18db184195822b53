import { fraction, toNumber } from "../fraction.ts";
import type { Fraction, VideoStream } from "../types.ts";

const STANDARD: readonly Fraction[] = [
  ...[fraction(24000, 1001), fraction(24, 1), fraction(25, 1), fraction(30000, 1001), fraction(30, 1)],
  ...[fraction(48, 1), fraction(50, 1), fraction(60000, 1001), fraction(60, 1)],
];
const USUAL = fraction(30, 1);
/** 29.97 written as 2997/100 and the like. */
const SNAP = 0.0005;
/** A rate that was measured (grid and average differ a little) means the nearest usual one. */
const SNAP_MEASURED = 0.01;
/** MPEG-1 and 2: newer versions count fields (50, 60 a second), also where all frames are whole. */
const FIELD_GRID = new Set(["mpeg1video", "mpeg2video"]);
const LOWEST_FIELD_RATE = 47;
/** Rates differing by less are one constant rate, measured inexactly. */
const SAME = 0.03;
/** A second of this many ticks or more times sound and picture finely enough. */
const MIN_TIMESCALE = 10_000;
/** One picture in minutes (a GIF) is repeated: players seek and switch by segments of seconds. */
const SLOWEST = fraction(1, 1);

/**
 * The constant rate of the output. `r_frame_rate` is the finest grid of the time stamps, `avg_frame_rate` how many
 * pictures there really are:
 *  - both alike: that is the rate;
 *  - the grid twice the average: fields counted, or every other picture missing; the average, if it is a usual rate;
 *  - a usable grid: the grid (pictures are repeated, none is lost);
 *  - a grid beyond the maximum (screen recordings, 600 or 90000): 30, or the next usual rate above the average.
 */
export function frameRateFor(stream: VideoStream, maxFrameRate: number): Fraction {
  const { baseFrameRate: base, averageFrameRate: average } = stream;
  const exact = base !== null && average !== null && toNumber(base) === toNumber(average);
  const rate = halveTo(choose(stream, maxFrameRate), maxFrameRate);
  return toNumber(rate) < toNumber(SLOWEST) ? SLOWEST : snap(rate, exact ? SNAP : SNAP_MEASURED);
}

function choose(stream: VideoStream, max: number): Fraction {
  const { baseFrameRate: base, averageFrameRate: average } = stream;
  const ofFields = base && FIELD_GRID.has(stream.codec) && toNumber(base) > LOWEST_FIELD_RATE;
  if (ofFields && (!average || toNumber(average) < 0.75 * toNumber(base))) {
    return fraction(base.num, base.den * 2);
  }
  if (!average) return base && toNumber(base) <= 2 * max ? base : USUAL;
  if (!base || near(base, average, SAME)) return average;
  const halved = fraction(base.num, base.den * 2);
  if (near(halved, average, SAME)) return halved;
  if (toNumber(base) <= max && toNumber(base) >= toNumber(average)) return base;
  return STANDARD.find((rate) => toNumber(rate) >= Math.max(toNumber(average), toNumber(USUAL))) ?? average;
}

function halveTo(rate: Fraction, max: number): Fraction {
  let halved = rate;
  while (toNumber(halved) > max * (1 + SNAP)) halved = fraction(halved.num, halved.den * 2);
  return halved;
}

/** The usual rate it is meant to be; else rounded, so that ticks stay small whole numbers. */
function snap(rate: Fraction, tolerance: number): Fraction {
  const [nearest] = STANDARD.toSorted((a, b) => distance(a, rate) - distance(b, rate));
  if (nearest && distance(nearest, rate) <= tolerance) return nearest;
  if (rate.num <= MIN_TIMESCALE && rate.den <= MIN_TIMESCALE) return rate;
  return fraction(Math.max(1, Math.round(toNumber(rate) * 100)), 100);
}

function near(a: Fraction, b: Fraction, tolerance: number): boolean {
  return distance(a, b) <= tolerance;
}

function distance(a: Fraction, b: Fraction): number {
  return Math.abs(toNumber(a) / toNumber(b) - 1);
}

/** Ticks in a second in which each frame lasts a whole number of ticks: no rounding, exact segment durations. */
export function timescaleFor(rate: Fraction): number {
  return rate.num * Math.ceil(MIN_TIMESCALE / rate.num);
}

/** Whole frames nearest to the wanted length of a segment; at least one. */
export function segmentFramesFor(rate: Fraction, seconds: number): number {
  return Math.max(1, Math.round(toNumber(rate) * seconds));
}

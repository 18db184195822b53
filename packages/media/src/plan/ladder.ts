import { toNumber } from "../fraction.ts";
import type { VideoRenditionPlan } from "../plan-types.ts";
import type { Fraction } from "../types.ts";

/** A rung closer than this to the one above is not worth its encode. */
const STEP_DOWN = 0.75;
/** What a rung of 1080 with 30 frames a second may cost at most; others follow from their pixels. */
const REFERENCE = { pixels: 1920 * 1080, frameRate: 30, maxRate: 5_000_000 };
/** Fitted to what ladders in use give 240p to 1080p (0.4, 0.8, 1.4, 2.8, 5 Mbit/s). */
const PIXEL_EXPONENT = 0.78;
const FRAME_RATE_EXPONENT = 0.6;
const MIN_RATE = 150_000;
/** H.264's chroma is stored once for two pixels each way. */
const MIN_SIDE = 2;

/**
 * The picture sizes for a film of `width` x `height` shown pixels, largest first. A rung is a box of 16:9 (or 9:16)
 * with the given shorter side, into which the picture is fitted; never larger than the source in either dimension
 * (but for a side of one pixel, which H.264 cannot have), always even.
 */
export function ladderFor(
  width: number,
  height: number,
  frameRate: Fraction,
  options: { readonly ladder: readonly number[]; readonly crf: number },
): VideoRenditionPlan[] {
  const rungs = [...options.ladder].sort((a, b) => b - a);
  const chosen: VideoRenditionPlan[] = [];
  let previous = Number.POSITIVE_INFINITY;
  for (const rung of rungs) {
    const size = fit(width, height, rung);
    const shorter = Math.min(size.width, size.height);
    if (shorter > previous * STEP_DOWN) continue;
    previous = shorter;
    const maxRate = maxRateFor(size.width * size.height, frameRate);
    chosen.push({ id: `v${shorter}`, ...size, crf: options.crf, maxRate, bufferSize: 2 * maxRate });
  }
  return chosen;
}

function fit(width: number, height: number, rung: number): { width: number; height: number } {
  const shorter = Math.min(width, height);
  const longer = Math.max(width, height);
  const factor = Math.min(1, rung / shorter, (rung * 16) / 9 / longer);
  return { width: even(width * factor, width), height: even(height * factor, height) };
}

/** To the nearest even number, and never above what the source has. */
function even(wanted: number, source: number): number {
  const nearest = 2 * Math.round(wanted / 2);
  const largest = source - (source % 2);
  return Math.max(MIN_SIDE, Math.min(nearest, largest));
}

function maxRateFor(pixels: number, frameRate: Fraction): number {
  const size = (pixels / REFERENCE.pixels) ** PIXEL_EXPONENT;
  const motion = Math.max(1, toNumber(frameRate) / REFERENCE.frameRate) ** FRAME_RATE_EXPONENT;
  return Math.max(MIN_RATE, Math.round((REFERENCE.maxRate * size * motion) / 1000) * 1000);
}

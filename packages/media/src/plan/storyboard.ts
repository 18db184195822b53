import { toNumber } from "../fraction.ts";
import type { StoryboardPlan, VideoRenditionPlan } from "../plan-types.ts";
import type { Fraction } from "../types.ts";

/** Seconds between pictures: the first that gives no more pictures than is useful on a seek bar. */
const INTERVALS = [1, 2, 4, 6, 10, 20, 30, 60];
const MOST_PICTURES = 200;
/** Where the length is not known. */
const UNKNOWN_INTERVAL = 10;
/** A player fetches one sheet at a time: small ones show sooner. */
const COLUMNS = 5;
const ROWS = 5;
const LONGER_SIDE = 160;

/** How the storyboard of a film is laid out. Pure. */
export function storyboardPlan(
  rendition: VideoRenditionPlan,
  frameRate: Fraction,
  expectedSeconds: number | null,
): StoryboardPlan {
  const fitting = INTERVALS.find((interval) => (expectedSeconds ?? 0) / interval <= MOST_PICTURES) ?? 60;
  const seconds = expectedSeconds === null ? UNKNOWN_INTERVAL : fitting;
  const everyFrames = Math.max(1, Math.round(toNumber(frameRate) * seconds));
  const pictures = expectedSeconds === null ? COLUMNS * ROWS : Math.max(1, Math.ceil(expectedSeconds / seconds));
  const factor = Math.min(1, LONGER_SIDE / Math.max(rendition.width, rendition.height));
  const even = (side: number) => Math.max(2, 2 * Math.round((side * factor) / 2));
  return {
    everyFrames,
    columns: Math.min(COLUMNS, pictures),
    rows: Math.min(ROWS, Math.ceil(pictures / COLUMNS)),
    width: even(rendition.width),
    height: even(rendition.height),
  };
}

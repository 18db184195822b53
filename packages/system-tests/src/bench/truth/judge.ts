import { median } from "../report.ts";
import type { Waited } from "./queue.ts";
import type { Look, Watched } from "./watch.ts";

/** How true a bar was. */
export interface Truth {
  /** The largest distance between percent shown and percent of the time really gone, in points. */
  readonly distance: number;
  /** Relative errors of the time left, from 10 % of the time on while at least {@link LEAST_LEFT} seconds were left. */
  readonly errors: readonly number[];
  /** For each look with a range, whether the truth was in it. */
  readonly within: readonly boolean[];
  /** Looks that showed less than the one before. */
  readonly backwards: number;
  /** Longest time at 99 or more before READY, in seconds. */
  readonly at99: number;
  /** Looks that said nothing of the time left, as a share. */
  readonly silent: number;
}

/** A time left of half a second that is said to be one is an error of 100 %, and of no interest. */
export const LEAST_LEFT = 1;
const FROM_SHARE = 0.1;
const NEARLY = 99;

/** Pure. */
export function judge({ looks, seconds }: Pick<Watched, "looks" | "seconds">): Truth {
  const later = looks.filter(({ left, share }) => share >= FROM_SHARE && left >= LEAST_LEFT);
  return {
    distance: Math.max(0, ...looks.map(({ percent, share }) => Math.abs(percent - 100 * share))),
    errors: later.flatMap(({ left, remaining }) => (remaining === null ? [] : [Math.abs(remaining - left) / left])),
    within: looks.flatMap(({ high, left, low }) =>
      low === null || high === null ? [] : [low <= left && left <= high],
    ),
    backwards: looks.filter(({ percent }, index) => percent < (looks[index - 1]?.percent ?? 0)).length,
    at99: longestAt99(looks, seconds),
    silent: looks.filter(({ remaining }) => remaining === null).length / Math.max(1, looks.length),
  };
}

function longestAt99(looks: readonly Look[], seconds: number): number {
  // Percent does not fall: it is one stretch, up to the end.
  const first = looks.find(({ percent }) => percent >= NEARLY);
  return first === undefined ? 0 : (1 - first.share) * seconds;
}

export interface Summary {
  readonly distance: number;
  readonly errorMedian: number;
  readonly errorP90: number;
  readonly coverage: number;
  readonly backwards: number;
  readonly at99: number;
}

/** Of several films: the worst distance, and errors of all looks together. Pure. */
export function summarise(truths: readonly Truth[]): Summary {
  const errors = truths.flatMap((truth) => truth.errors);
  const within = truths.flatMap((truth) => truth.within);
  return {
    distance: Math.max(0, ...truths.map(({ distance }) => distance)),
    errorMedian: median(errors),
    errorP90: quantile(errors, 0.9),
    coverage: within.filter(Boolean).length / Math.max(1, within.length),
    backwards: truths.reduce((sum, { backwards }) => sum + backwards, 0),
    at99: Math.max(0, ...truths.map(({ at99 }) => at99)),
  };
}

/** The value that the share of all is not above. NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** How true it was what was said of when the work begins. */
export interface WaitTruth {
  /** Relative error of the first thing said, within {@link FIRST_WORD_SECONDS} of the upload's confirmation; null for silence, or a short wait. */
  readonly atUpload: number | null;
  /** Relative errors of everything said while at least {@link LEAST_WAIT} seconds were left. */
  readonly errors: readonly number[];
  /** Looks that said nothing, as a share. */
  readonly silent: number;
}

const LEAST_WAIT = 2;
const FIRST_WORD_SECONDS = 2;

/** Pure. */
export function judgeWait({ looks, seconds }: Pick<Waited, "looks" | "seconds">): WaitTruth {
  const worth = looks.filter(({ left }) => left >= LEAST_WAIT);
  const told = worth.flatMap(({ left, said }) =>
    said === null ? [] : [{ error: Math.abs(said - left) / left, after: seconds - left }],
  );
  const [first] = told;
  return {
    atUpload: first === undefined || first.after > FIRST_WORD_SECONDS ? null : first.error,
    errors: told.map(({ error }) => error),
    silent: worth.length === 0 ? 0 : 1 - told.length / worth.length,
  };
}

import type { LearnedCost } from "@lectern/contracts";
import { STEPS, type Step } from "@lectern/keys";
import type { StepSeconds } from "./model.ts";

/** What a step is expected to take before it is measured. */
export interface Expectation {
  readonly seconds: number;
  /** Standard deviation of the logarithm: 0.3 is "within a third, mostly". */
  readonly spread: number;
}

export type Expectations = Readonly<Record<Step, Expectation>>;

/** How far off the built-in figures may be on a machine that nobody has measured. */
const UNTAUGHT_SPREAD = 0.5;
/** Two runs of one file differ by as much. */
const LEAST_SPREAD = 0.08;
/** Runs of other kinds count together as this many of the kind itself, and the built-in figures as half a run. */
const OTHERS_WEIGHT = 2;
const BUILT_IN_WEIGHT = 0.5;
/** `LearnedCost.kind` of what all kinds have in common. */
const ALL = "*";

/** The built-in seconds, corrected by what finished runs took. What there is none of stays as it is. Pure. */
export function expectationsOf(builtIn: StepSeconds, kind: string, learned: readonly LearnedCost[]): Expectations {
  const find = (of: string, step: Step) => learned.find((each) => each.kind === of && each.step === step);
  const expected = STEPS.map((step) => {
    const [own, all] = [find(kind, step), find(ALL, step)];
    const parts = [
      { log: 0, spread: UNTAUGHT_SPREAD, weight: BUILT_IN_WEIGHT },
      ...(all === undefined ? [] : [{ ...logOf(all), weight: Math.min(all.runs, OTHERS_WEIGHT) }]),
      ...(own === undefined ? [] : [{ ...logOf(own), weight: own.runs }]),
    ];
    const total = parts.reduce((sum, { weight }) => sum + weight, 0);
    const mean = (value: (part: (typeof parts)[number]) => number) =>
      parts.reduce((sum, part) => sum + value(part) * part.weight, 0) / total;
    const log = mean((part) => part.log);
    // Parts that disagree are a doubt of their own.
    const variance = mean((part) => part.spread ** 2 + 0.5 * (part.log - log) ** 2);
    return [step, { seconds: builtIn[step] * Math.exp(log), spread: Math.sqrt(variance) }] as const;
  });
  return Object.fromEntries(expected) as unknown as Expectations;
}

function logOf({ ratio, runs, spread }: LearnedCost): { log: number; spread: number } {
  // Of few runs the spread itself is not known well.
  return { log: Math.log(ratio), spread: Math.max(LEAST_SPREAD, spread) + 0.25 / runs };
}

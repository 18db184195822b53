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
const UNTAUGHT_SPREAD = 0.4;
/** Kinds of files, and runs of one kind, differ by as much while few have told; these figures count as so many runs. */
const USUAL_KIND_SPREAD = 0.1;
const USUAL_RUN_SPREAD = 0.16;
const USUAL_RUNS = 2;
/** Two runs of one file differ by as much. */
const LEAST_SPREAD = 0.08;
/** `LearnedCost.kind` of what all kinds have in common. */
const ALL = "*";

/** What depends on the sort of file. Of the other steps all runs tell together: a few runs of one kind would tell chances, such as how soon a good poster was found. */
const OF_A_KIND: ReadonlySet<Step> = new Set(["transcoding"]);

/** What is thought of the logarithm of actual / built-in. */
interface Belief {
  readonly log: number;
  readonly variance: number;
}

/**
 * The built-in seconds, corrected by what finished runs took: first by what all kinds of files have in common (the
 * machine), then, where it matters, by the file's own kind, each counting as much as it is sure. Pure.
 */
export function expectationsOf(builtIn: StepSeconds, kind: string, learned: readonly LearnedCost[]): Expectations {
  const find = (of: string, step: Step) => learned.find((each) => each.kind === of && each.step === step);
  const expected = STEPS.map((step) => {
    const own = OF_A_KIND.has(step) ? find(kind, step) : undefined;
    const { log, variance } = believe(find(ALL, step), own);
    return [step, { seconds: builtIn[step] * Math.exp(log), spread: Math.sqrt(variance) }] as const;
  });
  return Object.fromEntries(expected) as unknown as Expectations;
}

/** Of one more run of the kind. */
function believe(all: LearnedCost | undefined, own: LearnedCost | undefined): Belief {
  const untaught = { log: 0, variance: UNTAUGHT_SPREAD ** 2 };
  if (all === undefined) return untaught;
  const kinds = varianceOf(all, USUAL_KIND_SPREAD);
  const machine = narrowed(untaught, { log: Math.log(all.ratio), variance: kinds / all.runs });
  const stranger = { log: machine.log, variance: machine.variance + kinds };
  if (own === undefined) return stranger;
  const runs = varianceOf(own, USUAL_RUN_SPREAD);
  const known = narrowed(stranger, { log: Math.log(own.ratio), variance: runs / own.runs });
  return { log: known.log, variance: known.variance + runs };
}

/** Of few runs the spread itself is not known well. */
function varianceOf({ runs, spread }: LearnedCost, usual: number): number {
  const variance = (USUAL_RUNS * usual ** 2 + runs * spread ** 2) / (USUAL_RUNS + runs);
  return Math.max(LEAST_SPREAD ** 2, variance);
}

/** What is thought after one more observation. */
function narrowed(before: Belief, seen: Belief): Belief {
  const precision = 1 / before.variance + 1 / seen.variance;
  return { log: (before.log / before.variance + seen.log / seen.variance) / precision, variance: 1 / precision };
}

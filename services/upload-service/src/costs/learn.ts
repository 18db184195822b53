import type { EncodeCost, LearnedCost } from "@lectern/contracts";

/** Beyond these a report says that something went wrong, an outage in the middle or a clock, and nothing of the file. */
const MOST_RATIO = 20;
const LEAST_RATIO = 1 / MOST_RATIO;
/** From the median of distances to the standard deviation, where they are spread as usual. */
const NORMAL = 1.4826;
/** Stands for all kinds together. */
const ALL = "*";
/** Under this a step is noise. */
const LEAST_EXPECTED = 0.01;

/**
 * The median of actual / built-in seconds for each kind and step, and for each step over all kinds. Medians of bounded
 * ratios: a report that is absurd is one voice. Pure.
 */
export function learn(runs: readonly Pick<EncodeCost, "kind" | "steps">[]): LearnedCost[] {
  const logs = new Map<string, { kind: string; step: string; values: number[] }>();
  for (const { kind: own, steps } of runs)
    for (const { expected, seconds, step } of steps) {
      if (expected < LEAST_EXPECTED || seconds <= 0) continue;
      const value = Math.log(Math.min(MOST_RATIO, Math.max(LEAST_RATIO, seconds / expected)));
      for (const kind of [own, ALL]) {
        const key = JSON.stringify([kind, step]);
        const known = logs.get(key) ?? { kind, step, values: [] };
        known.values.push(value);
        logs.set(key, known);
      }
    }
  return [...logs.values()].map(({ kind, step, values }) => {
    const middle = medianOf(values);
    const spread = NORMAL * medianOf(values.map((value) => Math.abs(value - middle)));
    return { kind, step, runs: values.length, ratio: Math.exp(middle), spread };
  });
}

/** Of at least one value. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? 0) + (high ?? 0)) / 2;
}

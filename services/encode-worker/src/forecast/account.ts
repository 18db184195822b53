import type { EncodeCost, EncodeForecast } from "@lectern/contracts";
import {
  builtInSeconds,
  type DescribedFile,
  describeUnseen,
  type Expectations,
  expectationsOf,
  type Machine,
  profileOf,
} from "@lectern/forecast";
import { STEPS, type Step } from "@lectern/keys";
import type { PlanOptions } from "@lectern/media";

/** What one run's file is, what its steps are expected to take, and what they took. */
export interface CostAccount {
  /** The file was looked at: this says more than what was known of it before. */
  knows(file: DescribedFile): void;
  took(step: Step, seconds: number): void;
  /** Null while nothing is known of the file. */
  expectations(): Expectations | null;
  /** What later runs learn from; null where the file was never described, or not all steps were run. */
  cost(): EncodeCost | null;
}

/** @param forecast what upload-service said at the beginning; an older one says nothing */
export function openAccount(
  machine: Machine,
  forecast: EncodeForecast | undefined,
  plan: Partial<PlanOptions>,
): CostAccount {
  let file = forecast === undefined ? null : describeUnseen(forecast.size_bytes, forecast.probe, plan);
  let seen = false;
  const taken = new Map<Step, number>();
  const learned = forecast?.learned ?? [];
  return {
    knows(described) {
      file = described;
      seen = true;
    },
    took: (step, seconds) => void taken.set(step, seconds),
    expectations: () => file && expectationsOf(builtInSeconds(file, machine), file.kind, learned),
    cost() {
      if (file === null || !seen || taken.size < STEPS.length) return null;
      const builtIn = builtInSeconds(file, machine);
      return {
        profile: profileOf(machine),
        kind: file.kind,
        facts: { ...file.facts },
        steps: [...taken].map(([step, seconds]) => ({
          step,
          seconds: Math.round(seconds * 1000) / 1000,
          expected: Math.round(builtIn[step] * 1e4) / 1e4,
        })),
      };
    },
  };
}

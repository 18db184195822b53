import { type Choice, type FaultKind, shuffledDeck, type Target } from "./choices.ts";
import { between, oneOf, type Random, seeded } from "./random.ts";

export interface Fault {
  /** Milliseconds after the beginning of the run. */
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly target: Target;
  /** How long it lasts; 0 where it is over at once. */
  readonly holdMs: number;
  /** Of each chunk or answer; of a kill at work, how long after the work is seen. 0 where nothing comes late. */
  readonly delayMs: number;
}

/** What the teacher does after an upload was confirmed. */
export type Whim = "none" | "cancel" | "cancel-and-retry" | "delete";

/** How long a film is: to be encoded in less than a second, in some seconds, or in many. */
export type Length = "short" | "middle" | "long";

export interface Upload {
  readonly atMs: number;
  /** Which of the tenants. */
  readonly tenant: number;
  readonly length: Length;
  readonly whim: Whim;
  /** How long after the confirmation. */
  readonly whimAfterMs: number;
}

export interface Plan {
  readonly faults: readonly Fault[];
  readonly uploads: readonly Upload[];
}

export interface PlanOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly videos: number;
  readonly faults: number;
  readonly tenants: number;
  /** All films are short ones: for workers that encode nothing. */
  readonly shortOnly?: boolean;
}

function faultAt(random: Random, atMs: number, { kind, targets, hold, delay }: Choice): Fault {
  const target = oneOf(random, targets);
  const [holdMs, delayMs] = [1_000 * between(random, ...hold), between(random, ...(delay ?? [0, 0]))];
  return { atMs, kind, target, holdMs: Math.round(holdMs), delayMs: Math.round(delayMs) };
}

function whimOf(random: Random): Whim {
  const drawn = random();
  if (drawn < 0.04) return "cancel";
  if (drawn < 0.08) return "cancel-and-retry";
  return drawn < 0.12 ? "delete" : "none";
}

function lengthOf(random: Random): Length {
  const drawn = random();
  if (drawn < 0.04) return "middle";
  return drawn < 0.06 ? "long" : "short";
}

/**
 * All that will happen, and when: the same for the same options. Uploads come at a steady rate, faults at random moments;
 * their kinds are dealt from a shuffled deck, so that a run has all of them as soon as it has enough.
 */
export function makePlan({ seed, minutes, videos, faults, tenants, shortOnly = false }: PlanOptions): Plan {
  const random = seeded(seed);
  const lengthMs = minutes * 60_000;
  const moments = Array.from({ length: faults }, () => Math.round(between(random, 0, lengthMs))).sort((a, b) => a - b);
  let deck: Choice[] = [];
  const deal = (): Choice => {
    if (deck.length === 0) deck = shuffledDeck(random, minutes);
    return deck.pop() as Choice;
  };
  return {
    faults: moments.map((atMs) => faultAt(random, atMs, deal())),
    uploads: Array.from({ length: videos }, (_, index) => {
      const [tenant, length] = [Math.floor(random() * tenants), lengthOf(random)];
      return {
        atMs: Math.round((index * lengthMs) / videos),
        tenant,
        length: shortOnly ? "short" : length,
        whim: whimOf(random),
        whimAfterMs: Math.round(between(random, 0, 10_000)),
      };
    }),
  };
}

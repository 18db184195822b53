import { KeysArgumentError } from "./errors.ts";

/**
 * One try at a piece of work. `generation` counts how often it was queued anew, `attempt` how often a worker took
 * it up within that generation. A lower run is refused wherever a higher one was seen.
 */
export interface Run {
  readonly generation: number;
  readonly attempt: number;
}

/** Negative where `a` is the lower run, positive where it is the higher, 0 where they are the same. */
export function compareRuns(a: Run, b: Run): number {
  return a.generation - b.generation || a.attempt - b.attempt;
}

/** Throws `KeysArgumentError` unless both parts are whole, safe and not negative: both become part of keys and scripts. */
export function assertRun(run: Run): void {
  assertCounter("generation", run.generation);
  assertCounter("attempt", run.attempt);
}

export function assertCounter(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new KeysArgumentError(`${name} must be a whole number from 0, not ${String(value)}`);
  }
}

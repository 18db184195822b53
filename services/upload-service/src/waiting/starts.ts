import type { StartForecast } from "@lectern/keys";

/** What is known of the work at the moment of a forecast; all times in seconds. */
export interface Work {
  /** Encodes that workers carry at once, as far as that was seen. */
  readonly slots: number;
  /** What runs that are at work still take. */
  readonly running: readonly number[];
  /** What the jobs that wait will take, the next one first; and their names. */
  readonly waiting: readonly number[];
  readonly jobIds: readonly string[];
}

/** Places whose start is said; those between them follow in proportion. */
const PLACES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1_000];

/** When the job at each of some places begins: each takes the slot that is free first. Null without a slot. Pure. */
export function forecastStarts({ jobIds, running, slots, waiting }: Work): StartForecast | null {
  if (slots < 1 || waiting.length === 0) return null;
  // What runs beyond the slots (one was just started anew) frees none.
  const busy = running.toSorted((a, b) => a - b).slice(0, slots);
  const freeAt = [...Array.from({ length: slots - busy.length }, () => 0), ...busy];
  const starts = waiting.map((seconds) => {
    const first = Math.min(...freeAt);
    freeAt[freeAt.indexOf(first)] = first + seconds;
    return first;
  });
  const places = new Set([...PLACES.filter((place) => place <= starts.length), starts.length]);
  return [...places].map((place) => {
    const jobId = jobIds[place - 1];
    const seconds = Math.round(starts[place - 1] ?? 0);
    return jobId === undefined ? ([place, seconds] as const) : ([place, seconds, jobId] as const);
  });
}

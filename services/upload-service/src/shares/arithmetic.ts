/**
 * Start-time fair queueing between tenants, by media time. Each job gets a turn on its tenant's line of virtual time:
 * it starts where the tenant's job before it finishes, but never before the clock, and its length is its cost divided
 * by the tenant's weight. Lower starts go first; the clock is the highest start of what has begun. All times are
 * virtual seconds: seconds of media for a tenant of weight 1.
 */

export interface Turn {
  start: number;
  finish: number;
}

/** Urgent work has a line of its own, for all tenants together: ahead of the clock, and so steep that it hardly grows. */
export const URGENT = { weight: 1_000, headStart: 60 };

/** What the worker takes at most by default; a header that says more is not believed. */
const MOST_SECONDS = 12 * 3600;
const LEAST_SECONDS = 1;
/** 2 Mbit/s, as lectures have: how long a file of unknown length is taken to be. */
const USUAL_BYTES_PER_SECOND = 250_000;
/** 40 Mbit/s: a large file that claims to be shorter than this is charged for its size. */
const MOST_BYTES_PER_SECOND = 5_000_000;

/** What a job costs, in seconds of media. `durationSeconds` is what the file says of itself; null where it is not known. */
export function costOf(source: { sizeBytes: number; durationSeconds: number | null }): number {
  const seconds = source.durationSeconds ?? source.sizeBytes / USUAL_BYTES_PER_SECOND;
  const least = Math.max(LEAST_SECONDS, source.sizeBytes / MOST_BYTES_PER_SECOND);
  return Math.min(Math.max(seconds, least), MOST_SECONDS);
}

/** @param lineEnd where the line's last turn finishes that counts: of what waits, or has begun */
export function nextTurn(clock: number, lineEnd: number, cost: number, weight: number): Turn {
  const start = Math.max(clock, lineEnd);
  return { start, finish: start + cost / weight };
}

/** A turn ahead of all work that is not urgent, as long as that line is not flooded. */
export function urgentTurn(clock: number, lineEnd: number, cost: number): Turn {
  return nextTurn(clock - URGENT.headStart, lineEnd, cost, URGENT.weight);
}

/** BullMQ's bounds; 0 would mean none, and go before all that have one. */
const FIRST_PRIORITY = 1;
export const LAST_PRIORITY = 2_097_151;

/**
 * A turn's place in the queue, to the second; equal places are first come, first served. Monotone in `start` for every
 * base; what is beyond the bounds shares the first or the last place until the base has moved.
 */
export function priorityOf(start: number, base: number): number {
  return Math.min(Math.max(Math.floor(start - base) + FIRST_PRIORITY, FIRST_PRIORITY), LAST_PRIORITY);
}

/** Room below the clock, for urgent work and for work that comes back after the clock has passed it. */
const KEPT_BEHIND = 100_000;
/** Half of the places: those of the last place are put in order long before their turn. */
const MOST_BEHIND = 1_000_000;

/** Where places are to be counted from: `base` itself unless the clock has gone too far from it. Whole seconds. */
export function nextBase(clock: number, base: number): number {
  return clock - base > MOST_BEHIND ? Math.floor(clock) - KEPT_BEHIND : base;
}

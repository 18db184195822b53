import { isFinalStatus, type Snapshot } from "@lectern/keys";

/** A worker writes at least once a second; silence for longer than this means that something is wrong. */
export const HEARTBEAT_ALLOWANCE_MS = 15_000;

const FIRST_MS = 10_000;
const EARLY_MS = 60_000;
/** A start this far ahead of Redis's clock was written by a clock that cannot be trusted. */
const AHEAD_MS = 10_000;

/** `next_poll_ms` after the first minute is drawn from here anew for each answer, so that pollers do not march in step. */
export const SLOW_PACE = { least: 3_000, most: 5_000 } as const;
const FAST_PACE_MS = 1_000;
const COMMON_PACE_MS = 2_000;

function epochOf(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

/**
 * Whether work is under way and nothing was heard of it for longer than {@link HEARTBEAT_ALLOWANCE_MS}.
 * @param underWay whether the status says that somebody works
 * @param now Redis's clock, epoch milliseconds; null (not known yet) stalls nothing
 */
export function isStalled(snapshot: Snapshot, underWay: boolean, now: number | null): boolean {
  if (!underWay || now === null) return false;
  const heard = heardAt(snapshot);
  return heard !== null && now - heard > HEARTBEAT_ALLOWANCE_MS;
}

/** The last sign of life, epoch milliseconds of Redis's clock; null where nothing tells. */
function heardAt({ progress, updatedAt }: Snapshot): number | null {
  const written = epochOf(progress === null ? updatedAt : progress.updatedAt);
  // A new attempt begins with a newer status beside the progress that the attempt before it left.
  return written === null ? null : Math.max(written, epochOf(updatedAt) ?? 0);
}

/** When work began, as {@link heardAt}. Without any progress, when the status said so. */
function startedAt({ progress, updatedAt }: Snapshot): number | null {
  return epochOf(progress === null ? updatedAt : progress.startedAt);
}

/**
 * Milliseconds until it is worth asking again, without jitter; null when final.
 * @param now as in {@link isStalled}
 */
export function paceOf(snapshot: Snapshot, underWay: boolean, now: number | null): number | null {
  if (isFinalStatus(snapshot.status)) return null;
  const started = startedAt(snapshot);
  if (!underWay || now === null || started === null) return COMMON_PACE_MS;
  const elapsed = now - started;
  if (elapsed < -AHEAD_MS) return COMMON_PACE_MS;
  if (elapsed < FIRST_MS) return FAST_PACE_MS;
  return elapsed <= EARLY_MS ? COMMON_PACE_MS : SLOW_PACE.least;
}

/** From the first moment to before the second, epoch milliseconds of Redis's clock. */
export interface Span {
  from: number;
  until: number;
}

/** The time around `now` in which neither {@link isStalled} nor {@link paceOf} changes by the clock alone. */
export function steadySpan(snapshot: Snapshot, underWay: boolean, now: number | null): Span {
  const [started, heard] = underWay ? [startedAt(snapshot), heardAt(snapshot)] : [null, null];
  const turns = [
    ...(started === null ? [] : [started - AHEAD_MS, started + FIRST_MS, started + EARLY_MS + 1]),
    ...(heard === null ? [] : [heard + HEARTBEAT_ALLOWANCE_MS + 1]),
  ];
  // An unknown clock says the same as one before all of these.
  const at = now ?? Number.NEGATIVE_INFINITY;
  return {
    from: Math.max(Number.NEGATIVE_INFINITY, ...turns.filter((turn) => turn <= at)),
    until: Math.min(Number.POSITIVE_INFINITY, ...turns.filter((turn) => turn > at)),
  };
}

/** Seconds. Within one of these all who ask for the same video get the same address: playlists are signed once for all of them. */
const GRID = 600;
/** S3 signs for no longer. */
const WEEK = 7 * 24 * 60 * 60;
/** A film is paused, wound back, and watched once more. */
const TIMES_THE_FILM = 2;

/** When an address that is asked for now ends: after `leastSeconds` and twice the film, at most a week. In epoch seconds. Pure. */
export function playbackPeriod(
  nowSeconds: number,
  durationSeconds: number | null,
  leastSeconds: number,
): { expires: number; lifetime: number } {
  const lifetime = Math.min(WEEK, GRID + leastSeconds + TIMES_THE_FILM * (durationSeconds ?? 0));
  return { expires: roundedTime(nowSeconds) + lifetime, lifetime };
}

/** The beginning of the ten minutes that `nowSeconds` is in. Pure. */
export function roundedTime(nowSeconds: number): number {
  return Math.floor(nowSeconds / GRID) * GRID;
}

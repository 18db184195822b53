/** Objects beside the film that a run tells of in its result. */
export interface Extras {
  poster_path: string | null;
  storyboard_path: string | null;
  chapters_path: string | null;
}

/** What of a `ready` report's result is an object below the run's own prefix: nothing else is ever given an address. Pure. */
export function extrasOf(result: unknown, prefix: string): Extras {
  const told = typeof result === "object" && result !== null ? (result as Record<string, unknown>) : {};
  const own = (value: unknown): string | null =>
    typeof value === "string" && value.startsWith(prefix) && /^[\w./-]{1,500}$/.test(value) && !value.includes("..")
      ? value
      : null;
  return { poster_path: own(told.poster), storyboard_path: own(told.storyboard), chapters_path: own(told.chapters) };
}

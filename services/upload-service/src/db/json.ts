/** Deepest nesting of a value that is kept: far below what PostgreSQL's parser and `JSON.stringify` can stand. */
export const MOST_LEVELS = 200;

/**
 * JSON text for a jsonb column, which can hold everything of JSON but NUL, which is left out, and half a surrogate
 * pair, which becomes U+FFFD. A value nested deeper than {@link MOST_LEVELS} must be refused before.
 */
export function toJsonb(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  // An even number of backslashes before it, so that a literal backslash followed by "u0000" stays as it is.
  // JSON.stringify escapes no surrogates but those without their other half.
  return JSON.stringify(value).replace(/(?<!\\)((?:\\\\)*)\\u(0000|d[89a-f][0-9a-f]{2})/g, (_all, before, code) =>
    code === "0000" ? before : `${before}\ufffd`,
  );
}

/** The value that comes back from the column that holds `value`. */
export function asKept(value: unknown): unknown {
  return JSON.parse(toJsonb(value) ?? "null");
}

/** Whether a JSON value is nested deeper than {@link MOST_LEVELS}. Needs no stack, however deep it is. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth < MOST_LEVELS; depth += 1) {
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
    if (level.length === 0) return false;
  }
  return true;
}

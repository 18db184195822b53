/** JSON text for a jsonb column, which can hold everything of JSON but NUL: that is left out. */
export function toJsonb(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  // An even number of backslashes before it, so that a literal backslash followed by "u0000" stays as it is.
  return JSON.stringify(value).replace(/(?<!\\)((?:\\\\)*)\\u0000/g, "$1");
}

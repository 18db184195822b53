const DECIMAL = /^[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$/;
const RFC3339 = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/i;
const CUT_SURROGATE = /[\uD800-\uDBFF]$/;

/** A finite number, or its decimal text; anything else ("NaN", "1e999", "", "0x10", true) is null. */
export function numberOf(value: unknown): number | null {
  const number = typeof value === "string" && DECIMAL.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

/** A number clamped to 0-100; null where it is none. */
export function percentOf(value: unknown): number | null {
  const number = numberOf(value);
  return number === null ? null : Math.min(100, Math.max(0, number));
}

/** A whole, safe number from `least`; null where it is none. */
export function wholeOf(value: unknown, least: number): number | null {
  const number = numberOf(value);
  return number !== null && Number.isSafeInteger(number) && number >= least ? number : null;
}

/** Text that is not empty; null where it is none. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Text of at most `limit` UTF-16 units, never cut inside a character; null where it is empty or no text. */
export function shortTextOf(value: unknown, limit: number): string | null {
  const text = textOf(value);
  if (text === null || text.length <= limit) return text;
  return text.slice(0, limit).replace(CUT_SURROGATE, "");
}

/**
 * A moment as RFC 3339, UTC, milliseconds; null where it is none. Taken are RFC 3339 with any fraction and offset
 * and epoch seconds or milliseconds. A time without a zone is none: nobody knows whose clock it was.
 */
export function timeOf(value: unknown): string | null {
  const epoch = numberOf(value);
  const parsed = typeof value === "string" && RFC3339.test(value) ? Date.parse(value) : Number.NaN;
  const milliseconds = epoch === null ? parsed : epoch < 1e11 ? epoch * 1000 : epoch;
  // The years of four digits: outside them toISOString has another shape, or throws.
  return milliseconds >= 0 && milliseconds < 253402300800000 ? new Date(milliseconds).toISOString() : null;
}

/** One own property of a JSON object or hash: never anything inherited, whatever the content is called. */
export function ownField(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
}

/** The JSON object in a text; null where there is no text, no JSON, or JSON of another kind. */
export function jsonObjectOf(text: string | null): object | null {
  if (text === null || text === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

export type TenantId = Branded<number, "TenantId">;
export type VideoId = Branded<number, "VideoId">;
export type JobId = Branded<string, "JobId">;

// Only the canonical spelling: two spellings of one id would be two keys for one thing.
const CANONICAL_DECIMAL = /^[1-9][0-9]{0,15}$/;
const JOB_ID = /^[A-Za-z0-9_-]{1,64}$/;

function positiveSafeInteger(input: unknown): number | null {
  const value = typeof input === "string" && CANONICAL_DECIMAL.test(input) ? Number(input) : input;
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** A positive safe integer, as a number or in canonical decimal ("7", not "07", "+7", "7.0"); anything else is null. */
export function parseTenantId(input: unknown): TenantId | null {
  return positiveSafeInteger(input) as TenantId | null;
}

/** As `parseTenantId`: video ids are positive safe integers from one sequence for all tenants. */
export function parseVideoId(input: unknown): VideoId | null {
  return positiveSafeInteger(input) as VideoId | null;
}

/** 1 to 64 of ASCII letters, digits, `_` and `-`; anything else is null. */
export function parseJobId(input: unknown): JobId | null {
  return typeof input === "string" && JOB_ID.test(input) ? (input as JobId) : null;
}

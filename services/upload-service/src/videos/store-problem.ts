import { ObjectStoreError } from "@lectern/object-store";
import { ProblemError } from "@lectern/service-kit";

/** Longest that the store may take to say what it has. */
export const HEAD_LIMIT_MS = 5_000;
const RETRY_AFTER_SECONDS = 2;

/** A store that cannot be reached, or takes too long, is a 503. */
export function storeProblem(error: unknown): unknown {
  const timedOut = error instanceof DOMException && error.name === "TimeoutError";
  if (!timedOut && !(error instanceof ObjectStoreError)) return error;
  return new ProblemError("STORE_UNAVAILABLE", "Nothing was changed; try again in a moment.", {
    retryAfter: RETRY_AFTER_SECONDS,
    cause: error,
  });
}

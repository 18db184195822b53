import { ProblemError } from "@lectern/service-kit";

/** SQLSTATE classes of a database that cannot serve now: connection lost, resources, shutting down or starting. */
const PASSING_CLASSES = new Set(["08", "53", "57"]);
/** Others that pass: a standby not yet promoted, a transaction ended from outside or for the sake of another. */
const PASSING_STATES = new Set(["25006", "25P03", "25P04", "40001", "40P01"]);
const SOCKET_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);
const POOL_MESSAGES =
  /timeout exceeded when trying to connect|connection terminated|client has encountered a connection error/i;

/** A lost database is a 503 that says so, not a 500; anything else is null. */
export function databaseProblem(error: Error): ProblemError | null {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const passing =
    SOCKET_CODES.has(code) ||
    PASSING_STATES.has(code) ||
    (code.length === 5 && PASSING_CLASSES.has(code.slice(0, 2))) ||
    POOL_MESSAGES.test(error.message);
  if (!passing) return null;
  return new ProblemError("DATABASE_UNAVAILABLE", "Try again in a moment.", {
    retryAfter: 2,
    cause: error,
  });
}

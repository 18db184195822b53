/**
 * The store did not do what was asked.
 * - `STORE_UNAVAILABLE`: a passing fault (no connection, time-out, 429, 5xx): try again later;
 * - `STORE_REJECTED`: the store understood and refuses (credentials, bucket, malformed): trying again does not help.
 */
export class ObjectStoreError extends Error {
  readonly code: "STORE_UNAVAILABLE" | "STORE_REJECTED";
  /** How long the store asked to be left alone (`Retry-After`), in milliseconds; null where it did not say. */
  readonly retryAfterMs: number | null;

  constructor(code: ObjectStoreError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.retryAfterMs = retryAfterOf(cause);
  }

  /** Whether the same call may succeed later. */
  get passing(): boolean {
    return this.code === "STORE_UNAVAILABLE";
  }
}

/** HTTP status and error name of what the SDK threw; 0 for what never became an answer. */
export function faultOf(error: unknown): { name: string; status: number } {
  if (!(error instanceof Error)) return { name: "Unknown", status: 0 };
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  const status =
    typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata
      ? metadata.httpStatusCode
      : undefined;
  return { name: error.name, status: typeof status === "number" ? status : 0 };
}

/** `Retry-After` of the answer that the SDK threw, which gives seconds or a date. */
function retryAfterOf(error: unknown): number | null {
  if (!(error instanceof Error) || !("$response" in error)) return null;
  const response = error.$response as { headers?: Record<string, string> } | undefined;
  const text = response?.headers?.["retry-after"];
  if (text === undefined) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** Faults of the local disk while an object is written to it: not the store's. */
const DISK_FAULTS = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EIO", "EROFS", "EACCES", "ENOENT"]);

/** Turns what the SDK threw into an {@link ObjectStoreError}; an abort by the caller's own signal and a fault of the local disk stay what they are. */
export function storeError(action: string, error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof ObjectStoreError) return error;
  if (signal?.aborted) return signal.reason;
  if (error instanceof Error && "code" in error && DISK_FAULTS.has(String(error.code))) return error;
  const { name, status } = faultOf(error);
  const passing = status === 0 || status === 408 || status === 429 || status >= 500;
  const text = error instanceof Error ? error.message : String(error);
  return new ObjectStoreError(
    passing ? "STORE_UNAVAILABLE" : "STORE_REJECTED",
    `${action}: ${name} (HTTP ${status || "none"}): ${text}`,
    error,
  );
}

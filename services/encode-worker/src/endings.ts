import type { VideoErrorCode } from "@lectern/contracts";
import { MediaError } from "@lectern/media";
import { ObjectStoreError } from "@lectern/object-store";

/**
 * Why a run stops before its work is done, none of it the file's fault:
 * - `superseded`: a later run, or a final state, is in the database or in the progress fence;
 * - `closed`: the fence was raised for this very run (cancel, retry, delete, final);
 * - `deleted`: the video is gone;
 * - `lock-lost`: the queue refused to renew the job's lock;
 * - `shutdown`: this process is going down.
 */
export type EndCause = "superseded" | "closed" | "deleted" | "lock-lost" | "shutdown";

/** The reason of a run's abort signal. */
export class RunEnded extends Error {
  readonly code = "RUN_ENDED";
  readonly why: EndCause;

  constructor(why: EndCause) {
    super(`The run ended: ${why}`);
    this.why = why;
  }
}

/** The file, or what became of it, cannot be published; no later attempt would end differently. */
export class RunFailed extends Error {
  readonly code: VideoErrorCode;

  /** @param detail technical, for the job's record; never shown to a teacher */
  constructor(code: VideoErrorCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** Something outside failed and may work again later: the call is worth repeating. */
export class PassingFault extends Error {
  readonly code = "PASSING_FAULT";
  /** How long the other side asked to be left alone, in milliseconds; null where it did not say. */
  readonly retryAfterMs: number | null;

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number | null } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** A passing fault that lasted longer than the time a run gives it. */
export class PatienceExhausted extends Error {
  readonly code = "PATIENCE_EXHAUSTED";
}

/** The scratch disk has no room, found out before it was tried. */
export class DiskFull extends Error {
  readonly code = "ENOSPC";
}

/** What is to be done about an error that ended a run. */
export type Verdict =
  | { kind: "ended"; why: EndCause }
  | { kind: "failed"; code: VideoErrorCode; detail: string }
  /** The job goes back to the queue; `counted` where the database is to count it as a crash. */
  | { kind: "handed-back"; why: HandBack; counted: boolean; detail: string };

/** `disk full` and `machine fault` are this machine's own: the next job would meet them, too. */
type HandBack = "disk full" | "machine fault" | "passing fault" | "child killed";

const DISK_FULL = new Set(["ENOSPC", "EDQUOT"]);
/** The machine's own faults: a broken disk, a folder that may not be written, too many open files. */
const MACHINE_FAULTS = new Set(["EIO", "EROFS", "EACCES", "EPERM", "EMFILE", "ENFILE", "ENOMEM", "EAGAIN"]);
/** ffmpeg's own words. */
const DISK_FULL_TEXT = /No space left on device|Disk quota exceeded/;

export function judge(error: unknown): Verdict {
  if (error instanceof RunEnded) return { kind: "ended", why: error.why };
  const detail = describe(error);
  if (isDiskFull(error)) return { kind: "handed-back", why: "disk full", counted: false, detail };
  if (error instanceof RunFailed) return { kind: "failed", code: error.code, detail: error.message };
  if (error instanceof MediaError) {
    if (!error.passing) return { kind: "failed", code: error.code, detail: error.detail };
    // ffmpeg could not be started or could not do what it does everywhere.
    if (error.code === "INTERNAL") return { kind: "handed-back", why: "machine fault", counted: false, detail };
    // The system killed the encoder. A file that brings that about each time must not go round for ever.
    return { kind: "handed-back", why: "child killed", counted: true, detail };
  }
  if (isMachineFault(error)) return { kind: "handed-back", why: "machine fault", counted: false, detail };
  if (error instanceof PatienceExhausted || isPassing(error))
    return { kind: "handed-back", why: "passing fault", counted: false, detail };
  return { kind: "failed", code: "INTERNAL", detail };
}

/**
 * Whether the same call may work later. A store that refuses (credentials, bucket) counts too: whoever runs the
 * system mends that, and a teacher's file is not to fail for it.
 */
export function isPassing(error: unknown): boolean {
  return error instanceof PassingFault || error instanceof ObjectStoreError;
}

/** How long whoever failed asked to be left alone, in milliseconds. */
export function retryAfterOf(error: unknown): number | null {
  return error instanceof PassingFault || error instanceof ObjectStoreError ? error.retryAfterMs : null;
}

function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && DISK_FULL.has(String(error.code))) return true;
  if (error instanceof MediaError && error.passing && DISK_FULL_TEXT.test(error.detail)) return true;
  return isDiskFull(error.cause);
}

/** Whoever runs the machine mends that; no teacher's file is to fail for it. */
function isMachineFault(error: unknown): boolean {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) return false;
  // Where no folder can be made, the scratch itself is wrong, whatever the code.
  return error.syscall === "mkdir" || error.syscall === "mkdtemp" || MACHINE_FAULTS.has(String(error.code));
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

import type { VideoErrorCode } from "@lectern/contracts";

/**
 * What went wrong with a file or a run.
 * `passing` = not the file's fault (disk full, killed by the system): hand the job back and try again.
 * `detail` is technical, bounded, and may hold text from the file: for the record, not for a teacher.
 */
export class MediaError extends Error {
  readonly code: VideoErrorCode;
  readonly passing: boolean;
  readonly detail: string;

  constructor(code: VideoErrorCode, detail: string, options: { passing?: boolean; cause?: unknown } = {}) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "MediaError";
    this.code = code;
    this.passing = options.passing ?? false;
    this.detail = detail;
  }
}

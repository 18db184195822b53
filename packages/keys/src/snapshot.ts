import type { Subject } from "./subjects.ts";

/** How far the work is. What is not known, or was written as nonsense, is null. */
export interface ProgressFields {
  /** 0-100. For a video at most 99, whatever was written: 100 is said by READY alone. */
  readonly percent: number;
  /** A video's is one of `STEPS`; a job's is any text of at most 64 characters. */
  readonly step: string | null;
  /** From 1. */
  readonly stepIndex: number | null;
  readonly stepTotal: number | null;
  /** 0-100. */
  readonly stepPercent: number | null;
  readonly stepNameDisplay: string | null;
  readonly remainingSeconds: number | null;
  /** Between these `remainingSeconds` most likely is; both or neither. */
  readonly remainingLow: number | null;
  readonly remainingHigh: number | null;
  /** RFC 3339, UTC, milliseconds. */
  readonly startedAt: string | null;
  /** RFC 3339, UTC, milliseconds. */
  readonly updatedAt: string | null;
  readonly attempt: number | null;
}

/** What Redis holds on one video or job, every rule of merging applied. What is not known is null. */
export interface Snapshot {
  /** False: nothing could be read, and this is the default. */
  readonly known: boolean;
  /** One of `VIDEO_STATUSES` for a video; one of `JOB_STATUSES`, or UNKNOWN, for a job. */
  readonly status: string;
  readonly generation: number | null;
  readonly version: number | null;
  /** RFC 3339, UTC, milliseconds. */
  readonly updatedAt: string | null;
  readonly hlsPath: string | null;
  /** Seconds. */
  readonly duration: number | null;
  readonly errorCode: string | null;
  readonly errorReason: string | null;
  readonly errorReasonEn: string | null;
  readonly jobType: string | null;
  /** Any JSON value, as the job's worker gave it. Hand it on whole; never merge it into another object. */
  readonly result: unknown;
  readonly resultOmitted: boolean;
  readonly errorMessage: string | null;
  /** Null where the status is final, and where the progress there is of another generation. */
  readonly progress: ProgressFields | null;
  /** The last percent heard of this generation, 0 where none was: what a FAILED shows. Bounds as in `progress`. */
  readonly lastPercent: number;
}

/** The truthful answer where nothing can be read: a video PENDING, a job UNKNOWN, `known` false. */
export function defaultSnapshot(subject: Subject): Snapshot {
  return {
    known: false,
    status: subject.kind === "video" ? "PENDING" : "UNKNOWN",
    generation: null,
    version: null,
    updatedAt: null,
    hlsPath: null,
    duration: null,
    errorCode: null,
    errorReason: null,
    errorReasonEn: null,
    jobType: null,
    result: null,
    resultOmitted: false,
    errorMessage: null,
    progress: null,
    lastPercent: 0,
  };
}

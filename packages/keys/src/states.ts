import type { Subject } from "./subjects.ts";

export const VIDEO_STATUSES = ["PENDING", "UPLOADED", "PROCESSING", "READY", "FAILED"] as const;
export type VideoStatus = (typeof VIDEO_STATUSES)[number];

export const JOB_STATUSES = ["PENDING", "RUNNING", "DONE", "FAILED"] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

const FINAL: ReadonlySet<string> = new Set(["READY", "DONE", "FAILED"]);
const AT_WORK: ReadonlySet<string> = new Set(["PROCESSING", "RUNNING"]);
const VALID: { readonly [K in Subject["kind"]]: ReadonlySet<string> } = {
  video: new Set(VIDEO_STATUSES),
  job: new Set(JOB_STATUSES),
};

/** READY, DONE and FAILED: final for their generation. */
export function isFinalStatus(status: string): boolean {
  return FINAL.has(status);
}

/** PROCESSING and RUNNING: the states whose key expires when nobody works any more. */
export function isAtWorkStatus(status: string): boolean {
  return AT_WORK.has(status);
}

/** Whether a video (or job) can have this status at all. */
export function isStatusOf(kind: Subject["kind"], status: unknown): status is string {
  return typeof status === "string" && VALID[kind].has(status);
}

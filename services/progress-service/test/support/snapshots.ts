import { defaultSnapshot, type ProgressFields, parseJobId, parseVideoId, type Snapshot } from "@lectern/keys";
import { someTenant } from "./app.ts";

function must<T>(value: T | null): T {
  if (value === null) throw new Error("malformed id in a test");
  return value;
}

export const VIDEO_ID = must(parseVideoId(7));
export const JOB_ID = must(parseJobId("import-1"));
export const NOW = Date.parse("2026-11-20T10:00:00.000Z");

/** RFC 3339 of a moment that lies `seconds` before {@link NOW}. */
export function ago(seconds: number): string {
  return new Date(NOW - seconds * 1000).toISOString();
}

export function videoSnapshot(fields: Partial<Snapshot>): Snapshot {
  return { ...defaultSnapshot({ kind: "video", tenantId: someTenant(), videoId: VIDEO_ID }), known: true, ...fields };
}

export function jobSnapshot(fields: Partial<Snapshot>): Snapshot {
  return { ...defaultSnapshot({ kind: "job", tenantId: someTenant(), jobId: JOB_ID }), known: true, ...fields };
}

export function progressFields(fields: Partial<ProgressFields> = {}): ProgressFields {
  return {
    percent: 42.5,
    step: "transcoding",
    stepIndex: 4,
    stepTotal: 7,
    stepPercent: 41,
    stepNameDisplay: null,
    remainingSeconds: 73,
    remainingLow: 70,
    remainingHigh: 80,
    startedAt: ago(5),
    updatedAt: ago(1),
    attempt: 1,
    ...fields,
  };
}

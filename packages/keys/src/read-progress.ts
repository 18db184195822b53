import { jsonObjectOf, numberOf, ownField, percentOf, shortTextOf, timeOf, wholeOf } from "./clean.ts";
import { STEP_DISPLAY_LIMIT, STEP_NAME_LIMIT } from "./limits.ts";
import type { ProgressFields } from "./snapshot.ts";
import { belowReady, isStep } from "./steps.ts";
import type { Subject } from "./subjects.ts";

/** Progress as it was found, whoever wrote it, before anything was asked of the status. */
export interface ReadProgress {
  /** Null: the writer did not say, which matches any. */
  readonly generation: number | null;
  /** Null where only a fence is there. */
  readonly fields: ProgressFields | null;
  /** The percent kept by a fence for a writer that names no generation, and the generation it was kept for. */
  readonly closed: { readonly generation: number; readonly percent: number } | null;
}

const CLOSED_PAIR = /^([0-9]+)\.[0-9]+$/;
/** One of these makes it progress; without them it is a fence, or somebody else's hash. */
const TELLING = ["percent", "progress", "step", "step_index", "step_percent", "step_name_display"];

/** Null: there is nothing of progress in it. */
export function readProgress(subject: Subject, record: object): ReadProgress | null {
  const closedPair = CLOSED_PAIR.exec(String(ownField(record, "closed") ?? ""));
  const closedGeneration = wholeOf(closedPair?.[1], 0);
  const closedPercent = percentOf(ownField(record, "closed_percent"));
  const told = TELLING.some((name) => Object.hasOwn(record, name));
  if (!told && closedPercent === null) return null;
  return {
    generation: wholeOf(ownField(record, "generation"), 0),
    fields: told ? progressFields(subject, record) : null,
    closed:
      closedGeneration === null || closedPercent === null
        ? null
        : { generation: closedGeneration, percent: bounded(subject, closedPercent) },
  };
}

/** Progress that an old writer left as JSON in a string. */
export function readProgressText(subject: Subject, text: string | null): ReadProgress | null {
  const record = jsonObjectOf(text);
  return record === null ? null : readProgress(subject, record);
}

/** The same from a key without a tenant: what names another tenant is not this subject's. */
export function readLegacyProgress(subject: Subject, text: string | null): ReadProgress | null {
  const record = jsonObjectOf(text);
  if (record === null) return null;
  const owner = ownField(record, "tenant_id") ?? null;
  return owner === null || numberOf(owner) === subject.tenantId ? readProgress(subject, record) : null;
}

function progressFields(subject: Subject, record: object): ProgressFields {
  const seconds = (name: string): number | null => {
    const number = numberOf(ownField(record, name));
    return number !== null && number >= 0 ? number : null;
  };
  const [low, high] = [seconds("remaining_low"), seconds("remaining_high")];
  const between = low !== null && high !== null && low <= high;
  return {
    percent: bounded(subject, percentOf(ownField(record, "percent") ?? ownField(record, "progress")) ?? 0),
    step: stepOf(subject, ownField(record, "step")),
    stepIndex: wholeOf(ownField(record, "step_index"), 1),
    stepTotal: wholeOf(ownField(record, "step_total"), 1),
    stepPercent: percentOf(ownField(record, "step_percent")),
    stepNameDisplay: shortTextOf(ownField(record, "step_name_display"), STEP_DISPLAY_LIMIT),
    remainingSeconds: seconds("remaining_seconds"),
    remainingLow: between ? low : null,
    remainingHigh: between ? high : null,
    startedAt: timeOf(ownField(record, "started_at")),
    updatedAt: timeOf(ownField(record, "updated_at")),
    attempt: wholeOf(ownField(record, "attempt"), 0),
  };
}

/** A video's unfinished work never shows the 100 of READY, whoever wrote it. */
function bounded(subject: Subject, percent: number): number {
  return subject.kind === "video" ? belowReady(percent) : percent;
}

function stepOf(subject: Subject, value: unknown): string | null {
  const step = shortTextOf(value, STEP_NAME_LIMIT);
  return step === null || subject.kind === "job" || isStep(step) ? step : null;
}

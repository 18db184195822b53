import { jsonObjectOf, numberOf, ownField, textOf, timeOf, wholeOf } from "./clean.ts";
import { defaultSnapshot, type Snapshot } from "./snapshot.ts";
import { isStatusOf } from "./states.ts";
import type { Subject } from "./subjects.ts";

/** A status that could be read, still without progress. */
export interface ReadStatus {
  readonly snapshot: Snapshot;
  /** An old writer's: only then may the keys without a tenant be asked. */
  readonly legacy: boolean;
}

/** Null: nothing there, or nothing that says what the state is. */
export function readStatus(subject: Subject, text: string | null): ReadStatus | null {
  const record = jsonObjectOf(text);
  if (record === null) return null;
  const status = ownField(record, "status");
  if (!isStatusOf(subject.kind, status)) return null;
  const duration = numberOf(ownField(record, "duration"));
  const snapshot: Snapshot = {
    ...defaultSnapshot(subject),
    known: true,
    status,
    generation: wholeOf(ownField(record, "generation"), 0),
    version: wholeOf(ownField(record, "version"), 0),
    updatedAt: timeOf(ownField(record, "updated_at")),
    hlsPath: textOf(ownField(record, "hls_path")),
    duration: duration !== null && duration >= 0 ? duration : null,
    errorCode: textOf(ownField(record, "error_code")),
    errorReason: textOf(ownField(record, "error_reason")),
    errorReasonEn: textOf(ownField(record, "error_reason_en")),
    jobType: textOf(ownField(record, "job_type")),
    result: ownField(record, "result") ?? null,
    resultOmitted: ownField(record, "result_omitted") === true,
    errorMessage: textOf(ownField(record, "error_message")),
  };
  return { snapshot, legacy: !Object.hasOwn(record, "generation") };
}

import type { VideoProgress } from "@lectern/client";
import type { Messages } from "../i18n/en.ts";
import type { Format } from "../i18n/format.ts";

export type Tone = "plain" | "good" | "bad" | "warn" | "held";

/** What a teacher is told about one lecture, in the order in which the eye wants it. */
export interface Description {
  readonly tone: Tone;
  /** One or two words: what it is doing. */
  readonly state: string;
  /** More about it; null where the state says all. */
  readonly detail: string | null;
  /** When something will change, or null. */
  readonly time: string | null;
  /** 0-100, or null where there is no bar to show. */
  readonly percent: number | null;
}

/** The fields of a poll's answer that are shown. */
export type Shown = Pick<
  VideoProgress,
  | "status"
  | "progress"
  | "stalled"
  | "queue_position"
  | "starts_in_seconds"
  | "encoding_remaining_seconds"
  | "remaining_low"
  | "remaining_high"
  | "encoding_step_index"
  | "encoding_step_total"
  | "encoding_step_name"
  | "error_code"
  | "error_reason"
>;

function stepName(t: Messages, name: string | null): string | null {
  return name !== null && Object.hasOwn(t.steps, name) ? t.steps[name as keyof Messages["steps"]] : name;
}

export function describe(shown: Shown, t: Messages, format: Format): Description {
  switch (shown.status) {
    case "PENDING":
      return { tone: "held", state: t.work.pending, detail: null, time: null, percent: null };
    case "UPLOADED": {
      const { queue_position: place, starts_in_seconds: seconds } = shown;
      const start = seconds === null ? null : seconds < 5 ? t.work.startsNow : null;
      const span = start === null ? format.span(seconds) : null;
      return {
        tone: "held",
        state: t.work.waiting,
        detail: place === null ? null : t.work.position(place),
        time: start ?? (span === null ? null : t.work.startsIn(span)),
        percent: null,
      };
    }
    case "PROCESSING": {
      const name = stepName(t, shown.encoding_step_name);
      const { encoding_step_index: index, encoding_step_total: total } = shown;
      const span = format.span(shown.encoding_remaining_seconds, shown.remaining_low, shown.remaining_high);
      const step = name === null || index === null || total === null ? name : t.work.step(index, total, name);
      return {
        tone: shown.stalled ? "warn" : "plain",
        state: shown.stalled ? t.work.stalledShort : t.work.processing,
        detail: shown.stalled ? t.work.stalled : step,
        time: shown.stalled ? null : span === null ? t.work.leftUnknown : t.work.left(span),
        percent: shown.progress,
      };
    }
    case "READY":
      return { tone: "good", state: t.work.ready, detail: null, time: null, percent: null };
    case "FAILED": {
      const cancelled = shown.error_code === "CANCELLED";
      return {
        tone: cancelled ? "held" : "bad",
        state: cancelled ? t.work.cancelled : t.work.failed,
        detail: shown.error_reason,
        time: null,
        percent: null,
      };
    }
  }
}

import { isVideoErrorCode, reasonFor, type VideoProgress } from "@lectern/contracts";
import type { ProgressFields, Snapshot, VideoId } from "@lectern/keys";
import { isStalled, paceOf } from "./pace.ts";
import type { SeenSnapshot } from "./waiting.ts";

export interface VideoViewContext {
  /** Redis's clock, epoch milliseconds; null where it is not known yet. */
  now: number | null;
  /** The language of `error_reason`: else it is Korean. */
  english: boolean;
}

/** The answer to a poll of one video, without jitter in `next_poll_ms`. */
export function videoView(id: VideoId, snapshot: SeenSnapshot, context: VideoViewContext): VideoProgress {
  const { status } = snapshot;
  const underWay = status === "PROCESSING";
  const ready = status === "READY";
  const failed = status === "FAILED";
  const work = underWay ? snapshot.progress : null;
  return {
    id,
    status: status as VideoProgress["status"],
    known: snapshot.known,
    generation: snapshot.generation,
    version: snapshot.version,
    progress: ready ? 100 : failed ? snapshot.lastPercent : (work?.percent ?? 0),
    encoding_progress: underWay ? (work?.percent ?? 0) : null,
    ...encodingFields(work),
    queue_position: snapshot.waiting?.position ?? null,
    starts_in_seconds: snapshot.waiting?.startsInSeconds ?? null,
    hls_path: ready ? snapshot.hlsPath : null,
    duration: ready ? wholeSeconds(snapshot.duration) : null,
    error_reason: failed ? reasonOf(snapshot, context) : null,
    error_code: failed ? snapshot.errorCode : null,
    updated_at: latest(snapshot.updatedAt, work?.updatedAt ?? null),
    stalled: isStalled(snapshot, underWay, context.now),
    next_poll_ms: paceOf(snapshot, underWay, context.now),
  };
}

function encodingFields(work: ProgressFields | null) {
  return {
    encoding_remaining_seconds: work?.remainingSeconds ?? null,
    remaining_low: work?.remainingLow ?? null,
    remaining_high: work?.remainingHigh ?? null,
    encoding_step_index: work?.stepIndex ?? null,
    encoding_step_total: work?.stepTotal ?? null,
    encoding_step_name: work?.step ?? null,
    encoding_step_percent: work?.stepPercent ?? null,
  };
}

/** What the row said, in the language asked for; the sentence of the code where the writer left it out. */
function reasonOf(snapshot: Snapshot, { english }: VideoViewContext): string | null {
  const { errorCode, errorReason, errorReasonEn } = snapshot;
  const known = isVideoErrorCode(errorCode) ? reasonFor(errorCode) : null;
  return english ? (errorReasonEn ?? known?.en ?? errorReason) : (errorReason ?? known?.ko ?? errorReasonEn);
}

/** An output that lasts half a second lasts one: 0 would read as "unknown". */
function wholeSeconds(duration: number | null): number | null {
  return duration === null ? null : Math.min(Number.MAX_SAFE_INTEGER, Math.max(1, Math.round(duration)));
}

/** The later of two moments of the same RFC 3339 shape, which sort as text. */
export function latest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

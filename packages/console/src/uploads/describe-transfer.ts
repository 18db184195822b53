import type { UploadState } from "@lectern/client";
import type { Messages } from "../i18n/en.ts";
import type { Format } from "../i18n/format.ts";
import type { Description, Tone } from "../work/describe.ts";

const TONES: Record<UploadState["phase"], Tone> = {
  creating: "plain",
  uploading: "plain",
  paused: "held",
  offline: "warn",
  completing: "plain",
  done: "good",
  failed: "bad",
  aborted: "held",
};

/** What a teacher is told about a file that is being sent. */
export function describeTransfer(state: UploadState, t: Messages, format: Format): Description {
  const { phase, sentBytes, totalBytes, bytesPerSecond, remainingSeconds, error } = state;
  const sent = t.transfer.sent(format.bytes(sentBytes), format.bytes(totalBytes));
  const span = phase === "uploading" ? format.span(remainingSeconds) : null;
  // A refusal that passes (a full queue) says what is waited for.
  const waitsFor = error?.reason ?? null;
  const speed = phase === "uploading" && bytesPerSecond ? t.transfer.speed(format.bytes(bytesPerSecond)) : null;
  // Others of this tab are sent first.
  const isQueued = phase === "uploading" && sentBytes === 0 && error === null;
  const outcome: Partial<Record<UploadState["phase"], string>> = {
    failed: error?.reason ?? t.common.unknownError,
    aborted: t.transfer.abortedText,
  };
  return {
    tone: isQueued ? "held" : TONES[phase],
    state: isQueued ? t.transfer.queued : t.transfer[phase],
    detail: outcome[phase] ?? waitsFor ?? [sent, speed].filter(Boolean).join(" · "),
    time: span === null ? null : t.work.left(span),
    percent: totalBytes > 0 ? (sentBytes / totalBytes) * 100 : 0,
  };
}

import type { JobProgress, JobProgressDetail } from "@lectern/contracts";
import type { JobId, Snapshot } from "@lectern/keys";
import { isStalled, paceOf } from "./pace.ts";
import { latest } from "./video-view.ts";

/**
 * The answer to a poll of one job, without jitter in `next_poll_ms`.
 * @param now Redis's clock, epoch milliseconds; null where it is not known yet
 */
export function jobView(jobId: JobId, snapshot: Snapshot, now: number | null): JobProgress {
  const { status } = snapshot;
  const underWay = status === "RUNNING";
  const done = status === "DONE";
  return {
    job_id: jobId,
    job_type: snapshot.jobType,
    status: status as JobProgress["status"],
    known: snapshot.known,
    generation: snapshot.generation,
    version: snapshot.version,
    progress: detailOf(snapshot),
    result: done ? snapshot.result : null,
    result_omitted: done && snapshot.resultOmitted,
    error_message: status === "FAILED" ? snapshot.errorMessage : null,
    updated_at: latest(snapshot.updatedAt, snapshot.progress?.updatedAt ?? null),
    stalled: isStalled(snapshot, underWay, now),
    next_poll_ms: paceOf(snapshot, underWay, now),
  };
}

function detailOf({ status, progress, lastPercent }: Snapshot): JobProgressDetail | null {
  if (status === "DONE") return percentAlone(100);
  if (status === "FAILED") return percentAlone(lastPercent);
  if (progress === null) return null;
  return {
    percent: progress.percent,
    step_index: progress.stepIndex,
    step_total: progress.stepTotal,
    step_name_display: progress.stepNameDisplay,
    step_percent: progress.stepPercent,
  };
}

function percentAlone(percent: number): JobProgressDetail {
  return { percent, step_index: null, step_total: null, step_name_display: null, step_percent: null };
}

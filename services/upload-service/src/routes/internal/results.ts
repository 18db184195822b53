import type { VideoTransition } from "@lectern/contracts";
import { masterPlaylistKey, type TenantId, type VideoId } from "@lectern/keys";
import { ProblemError } from "@lectern/service-kit";
import { isTooDeep, MOST_LEVELS } from "../../db/json.ts";

/** A result is any JSON value that can be kept. @throws ProblemError VALIDATION_FAILED */
export function refuseTooDeep(report: object): void {
  if ("result" in report && isTooDeep(report.result))
    throw new ProblemError("VALIDATION_FAILED", `result is nested deeper than ${MOST_LEVELS} levels.`);
}

/** A run publishes its own output and nothing else. @throws ProblemError OUTPUT_NOT_OF_RUN */
export function refuseForeignOutput(tenantId: TenantId, videoId: VideoId, report: VideoTransition): void {
  if (report.transition !== "ready") return;
  const own = masterPlaylistKey(tenantId, videoId, report);
  if (report.hls_path !== own)
    throw new ProblemError("OUTPUT_NOT_OF_RUN", `hls_path is the key of this run's master playlist, ${own}.`);
}

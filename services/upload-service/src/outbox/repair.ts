import type { JobRow, VideoRow } from "../db/schema.ts";
import { type StatusDeps, writeJobStatus, writeVideoStatus } from "./deliveries.ts";

/** Puts a status that Redis has lost back, as a row just read has it. A Redis that is away is no error. */
export interface StatusRepair {
  video(row: VideoRow): Promise<void>;
  job(row: JobRow): Promise<void>;
}

/** Writing is all it takes: what Redis has already, or newer, stays as it is. */
export function createStatusRepair(deps: StatusDeps): StatusRepair {
  // What was let expire to save memory is not brought back.
  const mayHaveExpired = (row: { finished_at: Date | null }): boolean =>
    deps.finalTtlSeconds !== undefined && row.finished_at !== null;
  return {
    async video(row) {
      // Of a PENDING video Redis holds nothing: the default says the same.
      if (row.status !== "PENDING" && !mayHaveExpired(row)) await writeVideoStatus(deps, row).catch(() => undefined);
    },
    async job(row) {
      if (!mayHaveExpired(row)) await writeJobStatus(deps, row).catch(() => undefined);
    },
  };
}

import type { PollMetrics } from "./metrics.ts";
import type { SnapshotReader } from "./snapshot-reader.ts";

/** What every poll route works with. */
export interface PollDependencies {
  reader: SnapshotReader;
  metrics: PollMetrics;
  /** Redis's clock, epoch milliseconds; null where it is not known yet. */
  now: () => number | null;
}

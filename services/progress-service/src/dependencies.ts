import type { PollMetrics } from "./metrics.ts";
import type { Pressure } from "./pressure.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { Views } from "./views.ts";

/** What every poll route works with. */
export interface PollDependencies {
  views: Views;
  limits: RateLimits;
  pressure: Pressure;
  metrics: PollMetrics;
  /** Redis's clock, epoch milliseconds; null where it is not known yet. */
  now: () => number | null;
}

import type { PollDependencies } from "../dependencies.ts";
import type { Connections } from "./connections.ts";
import type { Followed } from "./followed.ts";
import type { PushMetrics } from "./metrics.ts";
import type { TenantEvents } from "./tenant-events.ts";
import type { Tickets } from "./tickets.ts";

/** What every route that pushes works with. */
export interface PushDependencies {
  polls: PollDependencies;
  followed: Followed;
  tenantEvents: TenantEvents;
  connections: Connections;
  tickets: Tickets;
  metrics: PushMetrics;
}

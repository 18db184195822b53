import { randomBytes } from "node:crypto";
import type { RedisLike } from "@lectern/keys";
import type { App } from "@lectern/service-kit";
import type { Changes } from "../changes.ts";
import type { PollDependencies } from "../dependencies.ts";
import { type ConnectionLimits, createConnections } from "./connections.ts";
import { createFollowed } from "./followed.ts";
import { createPushMetrics } from "./metrics.ts";
import type { PushDependencies } from "./push.ts";
import { createTenantEvents } from "./tenant-events.ts";
import { createTickets } from "./tickets.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** What is pushed to. `drain` tells every client to come back, spread over so many ms; no new ones from then on. */
    streams: { drain: (overMs: number) => Promise<void> };
  }
}

export interface PushOptions {
  /** The same for all processes, at least 32 characters. Default: drawn, so that tickets are this process's alone. */
  ticketSecret?: string;
  /** Default: none. */
  limits?: ConnectionLimits;
  /** Default: 15,000. */
  heartbeatMs?: number;
}

interface Parts {
  redis: RedisLike;
  polls: PollDependencies;
  changes: Changes;
  reachable: () => boolean;
}

const NO_LIMITS = { perProcess: 0, perTenant: 0 };

/** Everything that pushes, ended with the app. */
export function createPush(
  app: App,
  { redis, polls, changes, reachable }: Parts,
  options: PushOptions,
): PushDependencies {
  const metrics = createPushMetrics(app.metrics);
  const followed = createFollowed({
    views: polls.views,
    changes,
    reachable,
    now: polls.now,
    onCoalesced: metrics.coalesced,
  });
  const tenantEvents = createTenantEvents(redis, changes, followed);
  const connections = createConnections(options.limits ?? NO_LIMITS, options.heartbeatMs);
  const tickets = createTickets(options.ticketSecret ?? randomBytes(32).toString("hex"));
  metrics.gauges({ open: connections.count, followed: followed.count, subscriptions: tenantEvents.subscriptions });
  app.decorate("streams", { drain: connections.drain });
  // Before the server waits for its connections to end.
  app.addHook("preClose", () => connections.drain(0));
  app.addHook("onClose", async () => {
    connections.stop();
    tenantEvents.stop();
    followed.stop();
  });
  return { polls, followed, tenantEvents, connections, tickets, metrics };
}

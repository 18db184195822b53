import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { parseTenantId, tenantEventsChannel } from "@lectern/keys";
import { Redis } from "ioredis";
import type { Test } from "tap";
import type { Answer, Client } from "../../src/client.ts";
import type { SystemUnderTest } from "./system.ts";

/** The part of a progress answer that says when to ask again. */
interface Pollable {
  readonly next_poll_ms: number | null;
}

export interface Watch {
  /**
   * Asks as a client does until the answer is final: after the pause that it was told, or at once when something of the
   * tenant changed. Gives every answer, the final one last.
   */
  untilFinal<T extends Pollable>(poll: () => Promise<Answer<T>>): Promise<readonly [...T[], T]>;
}

/** Listens to what changes for a tenant from now on; also over a restart of Redis. */
export async function watch(t: Test, system: SystemUnderTest, client: Client): Promise<Watch> {
  const tenantId = parseTenantId(client.tenant);
  if (tenantId === null) throw new Error(`${client.tenant} is no tenant`);
  const redis = new Redis(system.redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on("error", () => {});
  t.teardown(() => redis.disconnect());
  await redis.subscribe(tenantEventsChannel(tenantId));
  return {
    async untilFinal<T extends Pollable>(poll: () => Promise<Answer<T>>) {
      const before: T[] = [];
      for (;;) {
        const listening = new AbortController();
        const { signal } = listening;
        try {
          // Heard from before the question is asked, so that nothing falls between the two.
          const changed = once(redis, "message", { signal }).catch(() => {});
          const { body } = await poll();
          if (body.next_poll_ms === null) return [...before, body] as const;
          before.push(body);
          await Promise.race([changed, pause(body.next_poll_ms, undefined, { signal })]);
        } finally {
          listening.abort();
        }
      }
    },
  };
}

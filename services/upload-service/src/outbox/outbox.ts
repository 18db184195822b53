import { type Logger, seldom } from "@lectern/service-kit";
import type { Kysely } from "kysely";
import type { Database, OutboxKind, OutboxRow } from "../db/schema.ts";
import { createAlarm } from "./alarm.ts";
import { type Claim, claimDue, giveBack, markDelivered, pruneDelivered } from "./repository.ts";

const KINDS = ["enqueue", "video_status", "job_status"] as const satisfies readonly OutboxKind[];
const IDLE_MS = 1_000;
const BATCH = 50;
const LONGEST_RETRY_SECONDS = 10;
const PRUNE_EVERY_MS = 10 * 60_000;

export interface OutboxOptions {
  db: Kysely<Database>;
  deliveries: Record<OutboxKind, (row: OutboxRow) => Promise<void>>;
  /** Whether it is worth trying; nothing is claimed while it is not. */
  canDeliver: (kind: OutboxKind) => boolean;
  logger: Logger;
}

export interface Outbox {
  /** Delivers rows that the caller holds, and gives back at once the lease of those that fail. */
  deliver(rows: readonly OutboxRow[]): Promise<{ failed: readonly OutboxRow[] }>;
  /** Claims and delivers what is due of `which` now. Gives how many rows were taken. */
  deliverDue(which: Claim): Promise<{ taken: number; failed: readonly OutboxRow[] }>;
  start(): void;
  /** Looks for due rows at once, such as when the queue is back. */
  wake(): void;
  stop(): Promise<void>;
}

/** Delivers what transactions owe: each kind in a loop of its own, so that one that is slow holds up no other. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { db, deliveries, logger } = options;
  const alarm = createAlarm();
  let lastError: unknown;
  const logFault = seldom((extra) =>
    logger.warn({ err: lastError, ...extra }, "outbox delivery failed; it is tried again"),
  );
  let loops: Promise<unknown> | undefined;
  let pruning: NodeJS.Timeout | undefined;
  let stopped = false;

  async function deliver(
    rows: readonly OutboxRow[],
    retryAfter: (row: OutboxRow) => number,
  ): Promise<{ failed: OutboxRow[] }> {
    const failed: OutboxRow[] = [];
    const delivered: number[] = [];
    await Promise.all(
      rows.map(async (row) => {
        try {
          await deliveries[row.kind](row);
          delivered.push(row.id);
        } catch (error) {
          lastError = error;
          logFault();
          failed.push(row);
        }
      }),
    );
    if (delivered.length > 0) await markDelivered(db, delivered);
    await Promise.all(failed.map((row) => giveBack(db, [row.id], retryAfter(row))));
    return { failed };
  }

  async function deliverDue(which: Claim): Promise<{ taken: number; failed: readonly OutboxRow[] }> {
    const rows = await claimDue(db, which, BATCH);
    const { failed } = await deliver(rows, (row) => Math.min(LONGEST_RETRY_SECONDS, row.tries));
    return { taken: rows.length, failed };
  }

  async function loop(kind: OutboxKind): Promise<void> {
    while (!stopped) {
      let full = false;
      try {
        if (options.canDeliver(kind)) full = (await deliverDue({ kind })).taken === BATCH;
      } catch (error) {
        lastError = error;
        logFault();
      }
      if (!full && !stopped) await alarm.wait(IDLE_MS);
    }
  }

  return {
    deliver: (rows) => deliver(rows, () => 0),
    deliverDue,
    start() {
      loops ??= Promise.all(KINDS.map(loop));
      pruning ??= setInterval(() => void pruneDelivered(db).catch(() => undefined), PRUNE_EVERY_MS).unref();
    },
    wake: alarm.wake,
    async stop() {
      stopped = true;
      clearInterval(pruning);
      alarm.end();
      await loops;
    },
  };
}

import { type Logger, seldom } from "@lectern/service-kit";
import type { Kysely } from "kysely";
import type { Database, OutboxKind, OutboxRow } from "../db/schema.ts";
import { createAlarm } from "./alarm.ts";
import { type Claim, claimDue, giveBack, markDelivered, pruneDelivered } from "./repository.ts";

const KINDS = ["enqueue", "video_status", "job_status", "fence", "sweep"] as const satisfies readonly OutboxKind[];
const IDLE_MS = 1_000;
const BATCH = 50;
const PRUNE_EVERY_MS = 10 * 60_000;

export interface OutboxOptions {
  db: Kysely<Database>;
  deliveries: Record<OutboxKind, (row: OutboxRow) => Promise<void>>;
  /** Whether it is worth trying; nothing is claimed while it is not. */
  canDeliver: (kind: OutboxKind) => boolean;
  logger: Logger;
}

export interface Outbox {
  /** Delivers rows that the caller holds, and gives back at once the lease of those that fail. Never rejects. */
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

  function noteFault(error: unknown): void {
    lastError = error;
    logFault();
  }

  /** Never rejects: what cannot be noted down falls due again with its lease, and a delivery may be repeated. */
  async function deliver(rows: readonly OutboxRow[]): Promise<{ failed: OutboxRow[] }> {
    const failed: OutboxRow[] = [];
    const delivered: OutboxRow[] = [];
    await Promise.all(
      rows.map(async (row) => {
        try {
          await deliveries[row.kind](row);
          delivered.push(row);
        } catch (error) {
          noteFault(error);
          failed.push(row);
        }
      }),
    );
    await Promise.all([markDelivered(db, delivered), giveBack(db, failed)]).catch(noteFault);
    return { failed };
  }

  async function deliverDue(which: Claim): Promise<{ taken: number; failed: readonly OutboxRow[] }> {
    const rows = await claimDue(db, which, BATCH);
    const { failed } = await deliver(rows);
    return { taken: rows.length, failed };
  }

  async function loop(kind: OutboxKind): Promise<void> {
    while (!stopped) {
      let more = false;
      try {
        if (options.canDeliver(kind)) {
          const { taken, failed } = await deliverDue({ kind });
          more = taken === BATCH && failed.length === 0;
        }
      } catch (error) {
        noteFault(error);
      }
      if (!more && !stopped) await alarm.wait(IDLE_MS);
    }
  }

  function prune(): void {
    pruneDelivered(db).catch((error: unknown) => logger.warn({ err: error }, "delivered outbox rows were not removed"));
  }

  return {
    deliver,
    deliverDue,
    start() {
      loops ??= Promise.all(KINDS.map(loop));
      pruning ??= setInterval(prune, PRUNE_EVERY_MS).unref();
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

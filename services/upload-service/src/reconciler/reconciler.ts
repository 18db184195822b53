import { encodeJobId, isFinalStatus, type JobId, type RedisLike, type TenantId, type VideoId } from "@lectern/keys";
import { type Logger, seldom } from "@lectern/service-kit";
import type { Kysely } from "kysely";
import type { Database } from "../db/schema.ts";
import type { Admission } from "../limits/admission.ts";
import { createAlarm } from "../outbox/alarm.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { StatusRepair } from "../outbox/repair.ts";
import type { EncodeQueue, HeldJobs } from "../queue.ts";
import { createPlaceKeeper } from "../shares/place-keeper.ts";
import { createStartsKeeper } from "../waiting/starts-keeper.ts";
import type { EpochKeeper } from "./epoch-keeper.ts";
import { expirePending } from "./expire-pending.ts";
import { type Extent, rebuildStatuses } from "./rebuild.ts";
import { requeue } from "./requeue.ts";
import { type Unfinished, unfinishedVideos } from "./unfinished.ts";

export interface ReconcilerOptions {
  db: Kysely<Database>;
  queue: EncodeQueue;
  admission: Admission;
  outbox: Outbox;
  repair: StatusRepair;
  /** The Redis of progress. */
  state: RedisLike;
  /** Tells whether the Redis of statuses, and that of the queue, still have what they had. */
  epochs: { state: EpochKeeper; queue: EpochKeeper };
  logger: Logger;
  /** How long a video may stay PENDING. */
  pendingLimitHours: number;
  sweepMs?: number;
}

export interface Reconciler {
  start(): void;
  /** Something came to wait, began or ended: when the others begin is said anew at once. */
  lineChanged(): void;
  /** One sweep, as the loop does it. @throws when database or Redis cannot be asked: that is evidence of nothing */
  sweep(): Promise<{ requeued: number }>;
  stop(): Promise<void>;
}

const SWEEP_MS = 8_000;
/** Statuses of unfinished work are written again this often, in case a failover lost them or their expiry nears. */
const REFRESH_MS = 60_000;
const REFRESH_WINDOW_SECONDS = 300;
const EXPIRE_MS = 60_000;
/** However fast the line changes: so long at least from one forecast of it to the next. */
const LINE_MS = 200;
/** After an emptied queue there may be thousands; each takes a connection to the database, and requests need some, too. */
const REQUEUED_AT_ONCE = 4;

const NOTHING_HELD: HeldJobs = { delayed: new Set(), represented: new Set(), unlocked: new Set() };

/**
 * Finds confirmed uploads that are neither finished nor represented in the queue, and queues them as a new generation;
 * puts statuses back that Redis lost. Any number of processes may run one: each change is a conditional UPDATE.
 *
 * A job between two states can be missed by one look at the queue. So only what is missing in two sweeps running is
 * queued anew, or in one after a queue that came back empty.
 */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { admission, db, queue, outbox, repair, epochs, logger, state } = options;
  const places = createPlaceKeeper(db, queue);
  const starts = createStartsKeeper(db, queue, state);
  const alarm = createAlarm();
  const line = createAlarm();
  let lineHasChanged = false;
  const ending = new AbortController();
  let lastError: unknown;
  const logFault = seldom((extra) =>
    logger.warn({ err: lastError, ...extra }, "a sweep was broken off; the next one follows"),
  );
  let missingBefore = new Set<string>();
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let loops: Promise<unknown> | undefined;

  async function sweep(): Promise<{ requeued: number }> {
    const emptied = await epochs.queue.wasEmptied();
    if (emptied) logger.warn("the queue's Redis came back empty: unfinished work is queued anew");
    const rows = await unfinishedVideos(db);
    // The queue is read after the rows: a job whose enqueue was delivered by then is seen. An idle system reads nothing.
    const { delayed, represented, unlocked } = rows.length === 0 ? NOTHING_HELD : await queue.held();
    const missing = rows
      .map((row) => ({ row, jobId: encodeJobId(row.id as VideoId, row.generation) }))
      .filter(({ jobId }) => !represented.has(jobId))
      .map(({ row, jobId }) => ({ row, crashed: unlocked.has(jobId), mark: `${jobId}/${row.attempt}` }));
    const isLost = (mark: string) => emptied || missingBefore.has(mark);
    const lost = missing.filter(({ mark }) => isLost(mark));
    let requeued = 0;
    for (let start = 0; start < lost.length; start += REQUEUED_AT_ONCE) {
      // After an emptied queue there are thousands; the database must not be closed under them.
      ending.signal.throwIfAborted();
      const some = lost.slice(start, start + REQUEUED_AT_ONCE);
      const done = await Promise.all(some.map(({ row, crashed }) => queueAnew(row, crashed)));
      requeued += done.filter(Boolean).length;
    }
    missingBefore = new Set(missing.flatMap(({ mark }) => (isLost(mark) ? [] : [mark])));
    for (const [tenantId, jobIds] of delayedJobs(rows, delayed)) await admission.release(tenantId, jobIds);
    if (emptied) await epochs.queue.settle();
    return { requeued };
  }

  async function queueAnew(seen: Unfinished, crashed: boolean): Promise<boolean> {
    const done = await requeue(db, seen, crashed);
    if (done === undefined) return false;
    const { generation, status } = done.row;
    logger.warn(
      { tenantId: seen.tenant_id, videoId: seen.id, generation, status, crashed },
      "work that nobody did is taken up again",
    );
    await outbox.deliver(done.owed);
    // The queue gives a job without a lock back to its workers: one would take it, only to be told that it is over.
    if (crashed) await queue.remove(encodeJobId(seen.id as VideoId, seen.generation));
    if (isFinalStatus(status)) await admission.admit(seen.tenant_id as TenantId);
    return true;
  }

  async function restoreStatuses(): Promise<void> {
    const emptied = await epochs.state.wasEmptied();
    const behind = emptied ? 0 : await epochs.state.secondsBehind();
    const due = performance.now() - refreshedAt > REFRESH_MS;
    if (emptied || behind > 0 || due) {
      const changedWithinSeconds = behind + REFRESH_WINDOW_SECONDS;
      const extent: Extent = emptied ? { all: true } : { changedWithinSeconds, deletedToo: behind > 0 };
      const written = await rebuildStatuses(db, repair, extent, ending.signal);
      refreshedAt = performance.now();
      if (emptied) {
        await epochs.state.settle();
        logger.warn({ written }, "the Redis of statuses came back empty: all statuses were written again");
      } else if (behind > 0)
        logger.warn(
          { written, behind },
          "the Redis of statuses came back with older data: statuses were written again",
        );
    }
    // Only after what it lacked was written: whoever breaks off before leaves that to be found again.
    await epochs.state.beat();
  }

  async function keepStarts(waitMs: number): Promise<void> {
    if (!lineHasChanged) await line.wait(waitMs);
    lineHasChanged = false;
    if (!ending.signal.aborted) await starts.keep();
  }

  async function loop(work: () => Promise<unknown>, pauseMs: () => number): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        await work();
      } catch (error) {
        lastError = error;
        if (!ending.signal.aborted) logFault();
      }
      await alarm.wait(pauseMs());
    }
  }

  return {
    start() {
      const everyMs = options.sweepMs ?? SWEEP_MS;
      loops ??= Promise.all([
        // What one look has missed is looked for again soon: a job is between two states for moments, not for seconds.
        loop(sweep, () => (missingBefore.size > 0 ? everyMs / 4 : everyMs)),
        loop(restoreStatuses, () => everyMs / 4),
        loop(
          () => places.keep(),
          () => everyMs,
        ),
        loop(
          () => keepStarts(everyMs / 8),
          () => LINE_MS,
        ),
        loop(
          () => expirePending(db, outbox, options.pendingLimitHours),
          () => EXPIRE_MS,
        ),
      ]);
    },
    sweep,
    lineChanged() {
      lineHasChanged = true;
      line.wake();
    },
    async stop() {
      ending.abort();
      alarm.end();
      line.end();
      await loops;
    },
  };
}

/** The jobs that wait for their time although no run of theirs has begun, by tenant. */
function delayedJobs(rows: readonly Unfinished[], delayed: ReadonlySet<string>): Map<TenantId, JobId[]> {
  const byTenant = new Map<TenantId, JobId[]>();
  for (const row of rows) {
    const jobId = encodeJobId(row.id as VideoId, row.generation);
    if (row.status !== "UPLOADED" || !delayed.has(jobId)) continue;
    const tenantId = row.tenant_id as TenantId;
    const ofTenant = byTenant.get(tenantId);
    if (ofTenant === undefined) byTenant.set(tenantId, [jobId]);
    else ofTenant.push(jobId);
  }
  return byTenant;
}

import { EncodeJob } from "@lectern/contracts";
import { ENCODE_QUEUE, parseTenantId, parseVideoId } from "@lectern/keys";
import { type Logger, seldom } from "@lectern/service-kit";
import { DelayedError, type Job, Queue, UnrecoverableError, WaitingError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { Value } from "typebox/value";
import { RunEnded } from "./endings.ts";
import { keepLock, LOCK_MS } from "./lock-keeper.ts";
import { type JobEnd, type RunDependencies, runJob, type Work } from "./run-job.ts";

export interface WorkerOptions extends RunDependencies {
  /** Waits for Redis as long as it takes. */
  queueRedis: Redis;
  /** Jobs at once. */
  concurrency: number;
  logger: Logger;
}

export interface EncodeWorker {
  /** Takes jobs until stopped. */
  start(): void;
  /** Takes one job, or none if none comes within `waitMs`; resolves when it is over. */
  once(waitMs: number): Promise<{ taken: boolean }>;
  /** Takes jobs until none is left, those included that wait for their time; resolves with how many were run. */
  drain(): Promise<{ taken: number }>;
  /** Hands back what runs and takes nothing more. Can take as long as Redis does: give it a limit. */
  stop(): Promise<void>;
  activeRuns(): number;
}

const STALLED_CHECK_MS = 10_000;
/** The database counts attempts and crashes; the queue is not to give up on its own. */
const NO_LIMIT = 1_000_000;
const DRAIN_RETRY_MS = 1_000;
/** Redis's answer to a hand-back; without it the lock runs out and the stalled check does the same. */
const HAND_BACK_LIMIT_MS = 2_000;

export function createEncodeWorker(options: WorkerOptions): EncodeWorker {
  const { logger, metrics, queueRedis } = options;
  /** By run, not by job: one job can run twice at once in one process, the second time after a stall. */
  const runs = new Map<string, AbortController>();
  let sequence = 0;
  let taken = 0;
  let stopping = false;
  let onRunOver = (): void => {};

  // Three parameters, spelled out: BullMQ hands over its signal only to a processor of that length.
  async function process(job: Job, token?: string, cancelled?: AbortSignal): Promise<string> {
    const lockToken = token ?? "";
    // BullMQ uses a token again for the job after; an attempt must have its own.
    sequence += 1;
    const runToken = `${lockToken}:${sequence}`;
    const log = logger.child({ job_id: job.id, run_token: runToken });
    const work = readJob(job, runToken);
    if (work === null) throw new UnrecoverableError("The job's payload is no encode job");

    taken += 1;
    const controller = new AbortController();
    runs.set(runToken, controller);
    const lose = (): void => controller.abort(new RunEnded("lock-lost"));
    cancelled?.addEventListener("abort", lose, { once: true });
    const lock = keepLock(job, lockToken, { onLost: lose, logger: log });
    const began = performance.now();
    metrics.runBegan();
    let outcome = "error";
    try {
      if (stopping) controller.abort(new RunEnded("shutdown"));
      log.info({ tenant_id: work.tenantId, video_id: work.videoId, generation: work.generation }, "run begins");
      const end = await runJob(options, work, controller, log);
      outcome = end.kind === "finished" ? end.outcome : end.kind;
      if (end.kind !== "finished") await giveBack(job, lockToken, end, log);
      return outcome;
    } finally {
      lock.stop();
      runs.delete(runToken);
      const seconds = (performance.now() - began) / 1000;
      metrics.runEnded(outcome, seconds);
      log.info({ outcome, seconds: Math.round(seconds * 10) / 10 }, "run over");
      onRunOver();
    }
  }

  const worker = new Worker(ENCODE_QUEUE, process, {
    connection: queueRedis,
    autorun: false,
    concurrency: options.concurrency,
    lockDuration: LOCK_MS,
    // Done by each run for itself: see keepLock.
    skipLockRenewal: true,
    stalledInterval: STALLED_CHECK_MS,
    maxStalledCount: NO_LIMIT,
  });
  let lastError: unknown;
  const logError = seldom((extra) => logger.warn({ err: lastError, ...extra }, "queue error"));
  worker.on("error", (error) => {
    lastError = error;
    logError();
  });

  function start(): void {
    worker.run().catch((error: unknown) => logger.error({ err: error }, "the queue's worker ended"));
  }

  async function stop(): Promise<void> {
    stopping = true;
    void worker.pause(true);
    for (const controller of runs.values()) controller.abort(new RunEnded("shutdown"));
    await worker.close();
    await options.scratch.close();
  }

  return {
    start,
    stop,
    activeRuns: () => runs.size,
    async once(waitMs) {
      const active = new Promise<void>((resolve) => worker.once("active", () => resolve()));
      // Before the job even begins: a paused worker fetches no further one when it ends.
      worker.once("active", () => void worker.pause(true));
      let timer: NodeJS.Timeout | undefined;
      const waited = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, waitMs);
      });
      start();
      await Promise.race([active, waited]);
      clearTimeout(timer);
      // A job that arrives at this very moment is still run to its end: closing waits for it.
      await worker.close();
      await options.scratch.close();
      return { taken: taken > 0 };
    },
    async drain() {
      const queue = new Queue(ENCODE_QUEUE, { connection: queueRedis, skipMetasUpdate: true });
      queue.on("error", () => {});
      try {
        await new Promise<void>((resolve) => {
          const check = async (): Promise<void> => {
            try {
              const left = await queue.getJobCountByTypes("waiting", "prioritized", "delayed");
              if (left === 0 && runs.size === 0) resolve();
            } catch {
              setTimeout(() => void check(), DRAIN_RETRY_MS);
            }
          };
          worker.on("drained", () => void check());
          onRunOver = () => void check();
          start();
        });
      } finally {
        await queue.close();
      }
      await worker.close();
      await options.scratch.close();
      return { taken };
    },
  };
}

function readJob(job: Job, runToken: string): Work | null {
  const data: unknown = job.data;
  if (!Value.Check(EncodeJob, data)) return null;
  const tenantId = parseTenantId(data.tenant_id);
  const videoId = parseVideoId(data.video_id);
  return tenantId === null || videoId === null ? null : { tenantId, videoId, generation: data.generation, runToken };
}

/**
 * Puts the job back where another worker finds it, at once or after a while, and tells BullMQ so by the error it
 * throws. The queue refuses where the lock is another's by now: then there is nothing to put back.
 */
async function giveBack(
  job: Job,
  token: string,
  end: Exclude<JobEnd, { kind: "finished" }>,
  logger: Logger,
): Promise<never> {
  const delayMs = end.kind === "handed-back" ? end.delayMs : 0;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("Redis did not answer in time")), HAND_BACK_LIMIT_MS);
  });
  try {
    const moved = delayMs > 0 ? job.moveToDelayed(Date.now() + delayMs, token) : job.moveToWait(token);
    await Promise.race([moved, limit]);
  } catch (error) {
    logger.info({ err: error }, "the job was not put back: its lock will run out");
  } finally {
    clearTimeout(timer);
  }
  throw delayMs > 0 ? new DelayedError() : new WaitingError();
}

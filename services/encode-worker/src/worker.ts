import { ENCODE_QUEUE } from "@lectern/keys";
import { type Logger, seldom } from "@lectern/service-kit";
import { type Job, Queue, UnrecoverableError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { RunEnded } from "./endings.ts";
import { keepLock, LOCK_MS } from "./lock-keeper.ts";
import { findFault } from "./machine.ts";
import { giveBack, readJob } from "./queue-job.ts";
import { createRest } from "./rest.ts";
import { type RunDependencies, runJob } from "./run-job.ts";

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
  once(waitMs: number): Promise<{ taken: boolean; unfit: boolean }>;
  /**
   * Takes jobs until none is left, those included that wait for their time, or until the machine is unfit; resolves
   * with how many were run.
   */
  drain(): Promise<{ taken: number; unfit: boolean }>;
  /** Hands back what runs and takes nothing more. */
  stop(): Promise<void>;
  activeRuns(): number;
  /** Whether the last run ended by a fault of this machine, and no job is taken for now. */
  unfit(): boolean;
}

const STALLED_CHECK_MS = 10_000;
/** The database counts attempts and crashes; the queue is not to give up on its own. */
const NO_LIMIT = 1_000_000;
const DRAIN_RETRY_MS = 1_000;
const DRAIN_CHECK_MS = 2_000;
/** How long closing an idle worker may take: with Redis away BullMQ would wait for ever. */
const IDLE_CLOSE_MS = 3_000;

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
    // Fetched at the moment that the pause began.
    if (rest.active()) return await giveBack(queue, job, lockToken, { kind: "lost" }, log);

    taken += 1;
    const controller = new AbortController();
    runs.set(runToken, controller);
    const lose = (): void => controller.abort(new RunEnded("lock-lost"));
    cancelled?.addEventListener("abort", lose, { once: true });
    controller.signal.addEventListener("abort", () => log.info({ err: controller.signal.reason }, "the run is ended"));
    const lock = keepLock(job, lockToken, { onLost: lose, logger: log });
    const began = performance.now();
    metrics.runBegan();
    let outcome = "error";
    try {
      if (stopping) controller.abort(new RunEnded("shutdown"));
      log.info({ tenant_id: work.tenantId, video_id: work.videoId, generation: work.generation }, "run begins");
      const end = await runJob(options, work, controller, log);
      outcome = end.kind === "finished" ? end.outcome : end.kind;
      if (outcome === "ready") rest.recovered();
      if (end.kind === "finished") return outcome;
      if (end.kind === "parked") taken -= 1;
      // First: BullMQ fetches the next job as soon as this one is put back.
      if (end.kind === "handed-back" && end.unfit) rest.begin();
      return await giveBack(queue, job, lockToken, end, log);
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
  const queue = { worker, redis: queueRedis };
  const rest = createRest({
    pause: () => void worker.pause(true),
    resume: () => void worker.resume(),
    findFault: () => findFault(options.scratch, options.media.tools),
    logger,
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
    await close();
  }

  /** Waits for runs under way, those included that begin at this very moment. */
  async function close(): Promise<void> {
    const closed = worker.close();
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<void>((resolve) => {
      timer = setInterval(() => {
        if (runs.size === 0) resolve();
      }, IDLE_CLOSE_MS);
    });
    await Promise.race([closed, stuck]);
    clearInterval(timer);
    await rest.stop();
    await options.scratch.close().catch((error: unknown) => logger.error({ err: error }, "scratch was not removed"));
  }

  return {
    start,
    stop,
    activeRuns: () => runs.size,
    unfit: rest.active,
    async once(waitMs) {
      const over = Promise.withResolvers<void>();
      let timer = setTimeout(over.resolve, waitMs);
      // Before the job even begins: a paused worker fetches no further one when it ends.
      worker.on("active", () => {
        clearTimeout(timer);
        void worker.pause(true);
      });
      worker.on("failed", () => over.resolve());
      onRunOver = () => {
        if (taken > 0 || stopping) return over.resolve();
        // It was parked: the next one will do.
        timer = setTimeout(over.resolve, waitMs);
        void worker.resume();
      };
      start();
      await over.promise;
      clearTimeout(timer);
      const unfit = rest.active();
      await close();
      return { taken: taken > 0, unfit };
    },
    async drain() {
      let timer: NodeJS.Timeout | undefined;
      let unfit = false;
      let over = false;
      const counts = new Queue(ENCODE_QUEUE, { connection: queueRedis, skipMetasUpdate: true });
      counts.on("error", () => {});
      try {
        await new Promise<void>((resolve) => {
          const check = async (): Promise<void> => {
            unfit = rest.active();
            if (unfit && runs.size === 0) return resolve();
            try {
              const left = await counts.getJobCountByTypes("waiting", "prioritized", "delayed");
              if (left === 0 && runs.size === 0) resolve();
            } catch {
              if (!over) setTimeout(() => void check(), DRAIN_RETRY_MS);
            }
          };
          worker.on("drained", () => void check());
          onRunOver = () => void check();
          // The queue is also emptied by others, of which this worker hears nothing.
          timer = setInterval(() => void check(), DRAIN_CHECK_MS);
          start();
        });
      } finally {
        over = true;
        clearInterval(timer);
        await counts.close();
      }
      await close();
      return { taken, unfit };
    },
  };
}

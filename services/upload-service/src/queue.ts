import { ENCODE_JOB_TYPE, type EncodeJob } from "@lectern/contracts";
import { ENCODE_QUEUE, encodeJobId, encodeLineKey, type JobId, type VideoId } from "@lectern/keys";
import type { RedisConnection } from "@lectern/service-kit";
import { ErrorCode, Job, type JobType, Queue } from "bullmq";
import { withinLimit } from "./within-limit.ts";

export interface HeldJobs {
  /** Of those represented, the ones that wait for their time. */
  delayed: ReadonlySet<string>;
  /** Waiting for a worker, or at work with their lock. Completed and failed jobs are none: the queue merely keeps them. */
  represented: ReadonlySet<string>;
  /** At work without a lock: whoever had it is gone. */
  unlocked: ReadonlySet<string>;
}

/** A parked job comes back by itself so late only where nobody promoted it. */
export const PARKED_MS = 24 * 3_600_000;

/** What waits for longer than this was parked; what failed, or was put back for a fault, waits for less. */
const LEAST_PARKED_MS = PARKED_MS / 2;

/** Commands that are sent before the answers of those before them are awaited: each has its own time limit. */
const AT_ONCE = 200;
/** BullMQ's score of a prioritized job is its priority times this, plus a counter. */
const PRIORITY_UNIT = 2 ** 32;

const HELD_STATES: JobType[] = ["wait", "prioritized", "delayed", "waiting-children", "active"];

export interface EncodeQueue {
  /**
   * Adds the job at its place, or parked: no worker gets it until it is promoted. Adding it again while the queue keeps
   * its id does nothing. @throws when the queue cannot be reached in time
   */
  add(job: EncodeJob, priority: number, options?: { parked: boolean }): Promise<void>;
  /** Lets those of the jobs that are delayed wait for a worker, at their places. Gives how many. @throws when the queue cannot be reached */
  promote(jobIds: readonly JobId[]): Promise<number>;
  /** Those of the jobs that are parked, and not merely put back for a while after a fault. @throws when the queue cannot be asked */
  parked(jobIds: readonly JobId[]): Promise<JobId[]>;
  /**
   * Gives jobs the places wanted, by job id: those that wait, and those that may come to wait again. Gives how many had
   * another place; a job that is gone meanwhile is none. @throws when the queue cannot be reached
   */
  reprioritize(wanted: ReadonlyMap<string, number>): Promise<number>;
  /** Takes a job that waits out of the queue; one at work is stopped by its fence instead. Never throws. */
  remove(jobId: JobId): Promise<void>;
  /** What the queue holds of its jobs, by job id. @throws when it cannot be asked: that is evidence of nothing */
  held(): Promise<HeldJobs>;
  /** The jobs that are next, at most so many. @throws when it cannot be asked */
  first(most: number): Promise<string[]>;
  /** The queue's Redis, for what is kept beside the queue. */
  readonly redis: RedisConnection["redis"];
  reachable(): boolean;
  /** Calls `listener` each time the queue can be reached again. */
  onReachable(listener: () => void): void;
  close(): Promise<void>;
}

/** The producer's side of the encode queue. `connection` is its own, of the role `producer`. */
export function openEncodeQueue(connection: RedisConnection): EncodeQueue {
  const queue = new Queue<EncodeJob>(ENCODE_QUEUE, {
    connection: connection.redis,
    // Without it the first add before Redis was ever reached would wait for ever.
    skipWaitingForReady: true,
    // The check is asked once and its failure kept: after a slow moment at the start every add would fail for ever.
    skipVersionCheck: true,
    defaultJobOptions: {
      attempts: 100,
      backoff: { type: "exponential", delay: 1_000, jitter: 0.5 },
      removeOnComplete: { age: 3_600, count: 10_000 },
      removeOnFail: { age: 7 * 24 * 3_600 },
    },
  });
  // The connection's own listener logs; without one here an outage would end the process.
  queue.on("error", () => undefined);

  /** A job by its id alone: what is asked of it here needs nothing else, and a backlog's jobs are many. */
  const handleOf = (jobId: string): Job => new Job(queue, ENCODE_JOB_TYPE, {}, {}, jobId);

  /** By job id, in the order of their places; those that wait for their time, or are at work, come last. */
  async function presentPriorities(): Promise<Map<string, number>> {
    const { redis } = connection;
    const waiting = await redis.zrange(queue.toKey("prioritized"), 0, -1, "WITHSCORES");
    const priorities = new Map<string, number>();
    for (let index = 0; index < waiting.length; index += 2)
      priorities.set(waiting[index] ?? "", Math.floor(Number(waiting[index + 1]) / PRIORITY_UNIT));
    await inBatches(await queue.getRanges(["delayed", "active"], 0, -1, true), async (jobId) => {
      const priority = await redis.hget(queue.toKey(jobId), "priority");
      if (priority !== null) priorities.set(jobId, Number(priority));
    });
    return priorities;
  }

  return {
    async add(job, priority, { parked } = { parked: false }) {
      const jobId = encodeJobId(job.video_id as VideoId, job.generation);
      const added = queue.add(ENCODE_JOB_TYPE, job, { jobId, priority, ...(parked ? { delay: PARKED_MS } : {}) });
      await withinLimit(added);
    },
    async promote(jobIds) {
      let promoted = 0;
      await inBatches(jobIds, async (jobId) => {
        promoted += await ifThere(handleOf(jobId).promote());
      });
      return promoted;
    },
    async parked(jobIds) {
      const parked = new Set<JobId>();
      await inBatches(jobIds, async (jobId) => {
        const delay = await connection.redis.hget(queue.toKey(jobId), "delay");
        if (Number(delay) > LEAST_PARKED_MS) parked.add(jobId);
      });
      return jobIds.filter((jobId) => parked.has(jobId));
    },
    async reprioritize(wanted) {
      const present = await presentPriorities();
      const moves = [...present].flatMap(([jobId, before]) => {
        const priority = wanted.get(jobId);
        return priority === undefined || priority === before ? [] : [{ jobId, priority }];
      });
      // The first place first: while the base moves on, what is moved stays ahead of what is not yet. Jobs of one place
      // keep their order.
      moves.sort((a, b) => a.priority - b.priority);
      for (const { jobId, priority } of moves) await ifThere(handleOf(jobId).changePriority({ priority }));
      return moves.length;
    },
    async remove(jobId) {
      // A job that stays is taken by a worker, which is told that its run is over.
      await withinLimit(queue.remove(jobId)).catch(() => undefined);
    },
    async held() {
      // One script reads all states, so that no job is between two of them; the locks are looked at afterwards.
      const all = await queue.getRanges(HELD_STATES, 0, -1);
      const delayed = new Set(await queue.getRanges(["delayed"], 0, -1));
      const active = await queue.getRanges(["active"], 0, -1);
      const locks = await Promise.all(active.map((jobId) => connection.redis.exists(`${queue.toKey(jobId)}:lock`)));
      const unlocked = new Set(active.filter((_, index) => locks[index] === 0));
      return { delayed, represented: new Set(all.filter((jobId) => !unlocked.has(jobId))), unlocked };
    },
    first: (most) => connection.redis.zrange(encodeLineKey(), 0, most - 1),
    redis: connection.redis,
    reachable: connection.reachable,
    onReachable: (listener) => {
      connection.redis.on("ready", listener);
    },
    async close() {
      await queue.close();
      connection.close();
    },
  };
}

async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let done = 0; done < items.length; done += AT_ONCE)
    await Promise.all(items.slice(done, done + AT_ONCE).map(work));
}

/** BullMQ's own refusals, as against what is thrown where Redis cannot be reached. */
const GONE = new Set<unknown>([ErrorCode.JobNotExist, ErrorCode.JobNotInState]);

/** Gives 1, or 0 where the job is not there any more: another process, or a worker, was first. */
async function ifThere(change: Promise<void>): Promise<0 | 1> {
  try {
    await change;
    return 1;
  } catch (error) {
    if (error instanceof Error && "code" in error && GONE.has(error.code)) return 0;
    throw error;
  }
}

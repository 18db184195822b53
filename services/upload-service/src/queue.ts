import { ENCODE_JOB_TYPE, type EncodeJob } from "@lectern/contracts";
import { ENCODE_QUEUE, encodeJobId, type JobId, type VideoId } from "@lectern/keys";
import type { RedisConnection } from "@lectern/service-kit";
import { type JobType, Queue } from "bullmq";
import { withinLimit } from "./within-limit.ts";

export interface HeldJobs {
  /** Waiting for a worker, or at work with their lock. Completed and failed jobs are none: the queue merely keeps them. */
  represented: ReadonlySet<string>;
  /** At work without a lock: whoever had it is gone. */
  unlocked: ReadonlySet<string>;
}

const HELD_STATES: JobType[] = ["wait", "prioritized", "delayed", "waiting-children", "active"];

export interface EncodeQueue {
  /** Adds the job at its place; adding it again while the queue keeps its id does nothing. @throws when the queue cannot be reached in time */
  add(job: EncodeJob, priority: number): Promise<void>;
  /**
   * Gives jobs the places wanted, by job id: those that wait, and those that may come to wait again. Gives how many had
   * another place; a job that is gone meanwhile is none. @throws when the queue cannot be reached
   */
  reprioritize(wanted: ReadonlyMap<string, number>): Promise<number>;
  /** Takes a job that waits out of the queue; one at work is stopped by its fence instead. Never throws. */
  remove(jobId: JobId): Promise<void>;
  /** What the queue holds of its jobs, by job id. @throws when it cannot be asked: that is evidence of nothing */
  held(): Promise<HeldJobs>;
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

  return {
    async add(job, priority) {
      const jobId = encodeJobId(job.video_id as VideoId, job.generation);
      const added = queue.add(ENCODE_JOB_TYPE, job, { jobId, priority });
      await withinLimit(added);
    },
    async reprioritize(wanted) {
      const jobs = await queue.getJobs(["prioritized", "delayed", "active"], 0, -1, true);
      const moves = jobs.flatMap((job) => {
        const priority = wanted.get(job?.id ?? "");
        return priority === undefined || priority === job.priority ? [] : [{ job, priority }];
      });
      // The first place first: while the base moves on, what is moved stays ahead of what is not yet. Jobs of one place
      // keep their order.
      moves.sort((a, b) => a.priority - b.priority);
      for (const { job, priority } of moves)
        await job.changePriority({ priority }).catch(async (error: unknown) => {
          if (job.id !== undefined && (await queue.getJob(job.id)) !== undefined) throw error;
        });
      return moves.length;
    },
    async remove(jobId) {
      // A job that stays is taken by a worker, which is told that its run is over.
      await withinLimit(queue.remove(jobId)).catch(() => undefined);
    },
    async held() {
      // One script reads all states, so that no job is between two of them; the locks are looked at afterwards.
      const all = await queue.getRanges(HELD_STATES, 0, -1);
      const active = await queue.getRanges(["active"], 0, -1);
      const locks = await Promise.all(active.map((jobId) => connection.redis.exists(`${queue.toKey(jobId)}:lock`)));
      const unlocked = new Set(active.filter((_, index) => locks[index] === 0));
      return { represented: new Set(all.filter((jobId) => !unlocked.has(jobId))), unlocked };
    },
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

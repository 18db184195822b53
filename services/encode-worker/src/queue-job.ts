import { EncodeJob } from "@lectern/contracts";
import { parseTenantId, parseVideoId } from "@lectern/keys";
import type { Logger } from "@lectern/service-kit";
import { DelayedError, type Job, WaitingError, type Worker } from "bullmq";
import type { Redis } from "ioredis";
import { Value } from "typebox/value";
import type { JobEnd, Work } from "./run-job.ts";

/** Redis's answer to a hand-back; without it the lock runs out and the stalled check does the same. */
const HAND_BACK_LIMIT_MS = 2_000;

/** What a job of the queue asks for; null where its payload is no encode job. */
export function readJob(job: Job, runToken: string): Work | null {
  const data: unknown = job.data;
  if (!Value.Check(EncodeJob, data)) return null;
  const tenantId = parseTenantId(data.tenant_id);
  const videoId = parseVideoId(data.video_id);
  return tenantId === null || videoId === null ? null : { tenantId, videoId, generation: data.generation, runToken };
}

/** Where a job goes back to. */
interface TakenFrom {
  worker: Worker;
  redis: Redis;
}

/**
 * Puts the job back where another worker finds it, at once or after a while, and tells BullMQ so by the error it
 * throws. The queue refuses where the lock is another's by now: then there is nothing to put back.
 */
export async function giveBack(
  queue: TakenFrom,
  job: Job,
  token: string,
  end: Exclude<JobEnd, { kind: "finished" }>,
  logger: Logger,
): Promise<never> {
  const delayMs = end.kind === "lost" ? 0 : end.delayMs;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("Redis did not answer in time")), HAND_BACK_LIMIT_MS);
  });
  const put = async (): Promise<void> => {
    if (delayMs === 0) {
      await job.moveToWait(token);
      return;
    }
    const now = await present(queue.redis, end.kind === "parked");
    await queue.worker.backend.moveToDelayed(job.id ?? "", now, Math.round(delayMs), token, { skipAttempt: true });
  };
  try {
    await Promise.race([put(), limit]);
  } catch (error) {
    logger.info({ err: error }, "the job was not put back: its lock will run out");
  } finally {
    clearTimeout(timer);
  }
  throw delayMs > 0 ? new DelayedError() : new WaitingError();
}

/**
 * The time that a delay counts from. The job's own `moveToDelayed` goes by this machine's clock: where that is ten
 * minutes fast, all others would see the job ten minutes late. But who takes a job goes by his own clock, too, so here
 * a parked one would be back at once, again and again: it counts from the later of the two, for it is promoted as soon
 * as there is room.
 */
async function present(redis: Redis, parked: boolean): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  const now = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  return parked ? Math.max(now, Date.now()) : now;
}

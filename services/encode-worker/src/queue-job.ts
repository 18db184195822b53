import { EncodeJob } from "@lectern/contracts";
import { parseTenantId, parseVideoId } from "@lectern/keys";
import type { Logger } from "@lectern/service-kit";
import { DelayedError, type Job, WaitingError, type Worker } from "bullmq";
import type { Redis } from "ioredis";
import { Value } from "typebox/value";
import type { Work } from "./run-job.ts";

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

/**
 * Puts the job back where another worker finds it, at once or after `delayMs`, and tells BullMQ so by the error it
 * throws. The queue refuses where the lock is another's by now: then there is nothing to put back.
 */
export async function giveBack(
  queue: { worker: Worker; redis: Redis },
  job: Job,
  token: string,
  delayMs: number,
  logger: Logger,
): Promise<never> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("Redis did not answer in time")), HAND_BACK_LIMIT_MS);
  });
  try {
    const moved = delayMs > 0 ? delay(queue, job, token, delayMs) : job.moveToWait(token);
    await Promise.race([moved, limit]);
  } catch (error) {
    logger.info({ err: error }, "the job was not put back: its lock will run out");
  } finally {
    clearTimeout(timer);
  }
  throw delayMs > 0 ? new DelayedError() : new WaitingError();
}

/**
 * By Redis's clock. The job's own `moveToDelayed` goes by this machine's: where that is ten minutes fast, the job would
 * wait ten minutes too long.
 */
async function delay(
  { redis, worker }: { redis: Redis; worker: Worker },
  job: Job,
  token: string,
  delayMs: number,
): Promise<void> {
  const [seconds, microseconds] = await redis.time();
  const now = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  await worker.backend.moveToDelayed(job.id ?? "", now, Math.round(delayMs), token, { skipAttempt: true });
}

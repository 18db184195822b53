import { EncodeJob } from "@lectern/contracts";
import { parseTenantId, parseVideoId } from "@lectern/keys";
import type { Logger } from "@lectern/service-kit";
import { DelayedError, type Job, WaitingError } from "bullmq";
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

/**
 * Puts the job back where another worker finds it, at once or after a while, and tells BullMQ so by the error it
 * throws. The queue refuses where the lock is another's by now: then there is nothing to put back.
 */
export async function giveBack(
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

import type { Logger } from "@lectern/service-kit";
import type { Job } from "bullmq";

/** How long a lock lives without a renewal; after that any worker's stalled check gives the job to another. */
export const LOCK_MS = 20_000;
export const RENEW_MS = 5_000;

/**
 * Renews the lock of one run until stopped. BullMQ's own renewal is off: it keeps one entry a job, so of two runs of
 * one job in one process (the second begun after a stall) it renews the wrong one and forgets both when one ends.
 *
 * `onLost` is called when the queue *refuses* a renewal. No answer is no refusal: while Redis is away the renewal
 * waits in the connection's queue and is judged once Redis is back.
 */
export function keepLock(
  job: Pick<Job, "extendLock">,
  token: string,
  options: { onLost: () => void; logger: Logger },
): { stop: () => void } {
  let waiting = false;
  let stopped = false;
  const renew = async (): Promise<void> => {
    if (waiting) return;
    waiting = true;
    try {
      const renewed = await job.extendLock(token, LOCK_MS);
      if (renewed === 0 && !stopped) options.onLost();
    } catch (error) {
      options.logger.debug({ err: error }, "lock renewal got no answer");
    } finally {
      waiting = false;
    }
  };
  const timer = setInterval(() => void renew(), RENEW_MS);
  return {
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}

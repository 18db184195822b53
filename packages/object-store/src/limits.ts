/** Longest silence on a connection, in milliseconds, unless the options say otherwise. */
export const IDLE_MS = 20_000;
/** A call without a body of ours, with all its tries, takes no longer than this, however the store drips. */
const CALL_MS = 60_000;
/** Bytes a second: a body that goes slower is given up. Four uploads at once still get through a line of 1 Mbit/s. */
const SLOWEST = 16 * 1024;

/** How long sending `bytes` may take, in milliseconds. */
export function sendingLimit(bytes: number): number {
  return CALL_MS + Math.ceil((bytes / SLOWEST) * 1000);
}

/** What ends a call: its time limit, or the caller. */
export function limited(signal: AbortSignal | undefined, ms = CALL_MS): { abortSignal: AbortSignal } {
  const limit = AbortSignal.timeout(ms);
  return { abortSignal: signal === undefined ? limit : AbortSignal.any([signal, limit]) };
}

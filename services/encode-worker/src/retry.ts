import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@lectern/service-kit";
import { isPassing, PatienceExhausted, retryAfterOf } from "./endings.ts";

export interface RetryOptions {
  signal: AbortSignal;
  /** How long one fault may last, in milliseconds, from its first failure. */
  patienceMs: number;
  /** Hears of each failure that will be repeated. */
  onFault: (error: unknown, waitMs: number) => void;
}

/** A call that may fail by a passing fault; it says `alive` when something arrives, and a fault after that is a new one. */
export type Repeatable<T> = (alive: () => void) => Promise<T>;
export type Retry = <T>(call: Repeatable<T>) => Promise<T>;

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;
/** A server that asks for more than this is asked again all the same. */
const LONGEST_WISH_MS = 5 * 60_000;

/**
 * Repeats `call` while it fails by a passing fault, with growing waits and jitter.
 * @throws what `call` throws that is no passing fault; the signal's reason; PatienceExhausted
 */
export async function retry<T>(call: Repeatable<T>, options: RetryOptions): Promise<T> {
  const { signal, patienceMs, onFault } = options;
  let firstFault: number | undefined;
  let attempt = 0;
  const alive = (): void => {
    firstFault = undefined;
    attempt = 0;
  };
  for (;;) {
    signal.throwIfAborted();
    try {
      return await call(alive);
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      const now = performance.now();
      firstFault ??= now;
      if (now - firstFault >= patienceMs)
        throw new PatienceExhausted(`Given up after ${Math.round(patienceMs / 1000)} s`, { cause: error });
      const waitMs = waitBefore(attempt, retryAfterOf(error));
      attempt += 1;
      onFault(error, waitMs);
      await delay(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/**
 * Anything up to a limit that doubles (full jitter): workers that failed together do not return together. What the
 * server asked for comes on top. In milliseconds; `attempt` counts from 0.
 */
export function waitBefore(attempt: number, wishMs: number | null, random = Math.random): number {
  const limitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 16));
  return Math.min(LONGEST_WISH_MS, wishMs ?? 0) + limitMs * random();
}

/** {@link retry} with its options settled; each fault is logged. */
export function patience(signal: AbortSignal, patienceMs: number, logger: Logger): Retry {
  const onFault = (error: unknown, waitMs: number): void =>
    logger.warn({ err: error, wait_ms: Math.round(waitMs) }, "passing fault: the call is repeated");
  return (call) => retry(call, { signal, patienceMs, onFault });
}

import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@lectern/service-kit";
import { isPassing, PatienceExhausted } from "./endings.ts";

export interface RetryOptions {
  signal: AbortSignal;
  /** How long one fault may last, in milliseconds, from its first failure. */
  patienceMs: number;
  /** Hears of each failure that will be repeated. */
  onFault: (error: unknown, waitMs: number) => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;

/**
 * Repeats `call` while it fails by a passing fault, with growing waits and jitter.
 * @throws what `call` throws that is no passing fault; the signal's reason; PatienceExhausted
 */
export async function retry<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, patienceMs, onFault } = options;
  let firstFault: number | undefined;
  for (let attempt = 0; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      firstFault ??= performance.now();
      if (performance.now() - firstFault >= patienceMs)
        throw new PatienceExhausted(`Given up after ${Math.round(patienceMs / 1000)} s`, { cause: error });
      const waitMs = waitBefore(attempt);
      onFault(error, waitMs);
      await delay(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Doubling, capped, and between half of that and the whole of it: workers that failed together do not return together. */
function waitBefore(attempt: number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 16));
  return full * (0.5 + Math.random() / 2);
}

/** {@link retry} with its options settled; each fault is logged. */
export function patience(signal: AbortSignal, patienceMs: number, logger: Logger) {
  const onFault = (error: unknown, waitMs: number): void =>
    logger.warn({ err: error, wait_ms: Math.round(waitMs) }, "passing fault: the call is repeated");
  return <T>(call: () => Promise<T>): Promise<T> => retry(call, { signal, patienceMs, onFault });
}

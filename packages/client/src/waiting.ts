/** Milliseconds of the nth wait, from 1: doubles from half a second to half a minute; a half of it is drawn. */
export function backOff(attempt: number, longestMs = 30_000): number {
  const whole = Math.min(longestMs, 500 * 2 ** Math.min(attempt - 1, 16));
  return whole / 2 + (Math.random() * whole) / 2;
}

/** `Retry-After` in milliseconds: seconds, or a date; null where it says nothing. */
export function retryAfterOf(header: string | null): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** Resolves after `ms`, or at once when aborted: who waits looks at the signal. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(end, ms);
    function end(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    }
    signal?.addEventListener("abort", end);
  });
}

/**
 * Resolves after `ms`, or as soon as the browser is online again or the page is shown again.
 * @param wakes false where only the time counts: the server asked for it
 */
export async function sleepOrOnline(ms: number, signal: AbortSignal, wakes = true): Promise<void> {
  if (!wakes || typeof document === "undefined") return sleep(ms, signal);
  const woken = new AbortController();
  const onEvent = (event: Event) => {
    if (event.type === "online" || document.visibilityState === "visible") woken.abort();
  };
  addEventListener("online", onEvent);
  document.addEventListener("visibilitychange", onEvent);
  await sleep(ms, AbortSignal.any([signal, woken.signal]));
  removeEventListener("online", onEvent);
  document.removeEventListener("visibilitychange", onEvent);
}

/** false only where the browser is sure to be offline. */
export function isOnline(): boolean {
  return typeof navigator === "undefined" || navigator.onLine !== false;
}

export function isHidden(): boolean {
  return typeof document !== "undefined" && document.visibilityState === "hidden";
}

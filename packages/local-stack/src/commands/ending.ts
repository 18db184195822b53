import { once } from "node:events";

/**
 * Calls `end` once, whichever way this command is asked to end: Ctrl-C (often delivered more than once, by the terminal
 * and by npm), SIGTERM, SIGHUP, or the death of the process that started it.
 * @returns a signal that is aborted at that moment
 */
export function onEnding(end?: () => void): AbortSignal {
  const controller = new AbortController();
  const endOnce = () => {
    if (controller.signal.aborted) return;
    controller.abort();
    end?.();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, endOnce);
  process.once("disconnect", endOnce);
  process.stdout.on("error", () => {}); // a terminal that was closed is no reason to end in a hurry
  // Listening keeps the channel open, and an open channel would keep this process alive.
  process.channel?.unref();
  return controller.signal;
}

/** Keeps this process alive until the signal is aborted: servers and services do not, they are only watched. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  const alive = setInterval(() => {}, 2 ** 30);
  if (!signal.aborted) await once(signal, "abort");
  clearInterval(alive);
}

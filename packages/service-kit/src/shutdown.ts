import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "./logger.ts";

/** One named step of going down. It is left behind when its time is over, so that the next one still has its own. */
export interface ShutdownPhase {
  name: string;
  limitMs: number;
  run: () => Promise<unknown> | unknown;
}

/** The first phase of what a balancer stands before: until that has seen it, requests keep coming and are answered. */
export function turnUnready(
  apps: readonly { readiness: { state: "starting" | "ready" | "draining" } }[],
  delayMs: number,
): ShutdownPhase {
  return {
    name: "unready",
    limitMs: delayMs + 1_000,
    run: () => {
      for (const app of apps) app.readiness.state = "draining";
      return delay(delayMs);
    },
  };
}

export interface Shutdown {
  /** Runs the phases once, in order; later calls wait for the same run. */
  stop: (reason: string) => Promise<void>;
}

/** Runs `phases` in order, each within its limit; a phase that fails or takes too long is logged and left behind. */
export function createShutdown(logger: Logger, phases: readonly ShutdownPhase[]): Shutdown {
  let running: Promise<void> | undefined;
  const run = async (reason: string): Promise<void> => {
    logger.info({ reason }, "stopping");
    for (const phase of phases) {
      const started = performance.now();
      const outcome = await withinLimit(phase);
      logger.info({ phase: phase.name, outcome, ms: Math.round(performance.now() - started) }, "stopping: phase over");
    }
    logger.info("stopped");
  };
  return {
    stop: (reason) => {
      running ??= run(reason);
      return running;
    },
  };
}

async function withinLimit(phase: ShutdownPhase): Promise<"done" | "failed" | "timed out"> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<"timed out">((resolve) => {
    timer = setTimeout(resolve, phase.limitMs, "timed out");
  });
  try {
    return await Promise.race([Promise.resolve(phase.run()).then(() => "done" as const), limit]);
  } catch {
    return "failed";
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Ends the process by SIGTERM or SIGINT through `shutdown`; a second signal ends it at once. What nobody caught is
 * logged and ends the process with code 1: a process in an unknown state is replaced, not kept.
 */
export function stopOnSignals(logger: Logger, shutdown: Shutdown): void {
  let signalled = false;
  const end = (reason: string, exitCode: number): void => {
    void shutdown.stop(reason).finally(() => process.exit(exitCode));
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (signalled) process.exit(130);
      signalled = true;
      end(signal, 0);
    });
  }
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({ err: error }, event);
      end(event, 1);
    });
  }
}

import { type Run, STEPS, type Step, type Subject, writeProgress } from "@lectern/keys";
import { type Logger, seldom } from "@lectern/service-kit";
import type { Redis } from "ioredis";
import { createForecaster } from "./forecast.ts";

/** Between two writes: with a slow answer of Redis in between there is still one a second. */
const EVERY_MS = 700;

export interface ReporterOptions {
  redis: Redis;
  /** The video and its job: both show the same. */
  subjects: readonly Subject[];
  run: Run;
  version: number;
  /** Redis refused a write: this run has no business any more. */
  onRefused: (why: "superseded" | "closed") => void;
  logger: Logger;
}

/** The only writer of a run's progress; writes at least once a second, changed or not: that is the sign of life. */
export interface ProgressReporter {
  /** The step that is the earliest unfinished one now; its percent is 0. */
  begin(step: Step): void;
  /** Percent of the step, 0 to 100; never goes back. */
  within(percent: number): void;
  /** From now on the outcome is being told to upload-service, and its answer counts, not the fence it raises. */
  concluding(): void;
  /** Ends the writing and waits for a write under way. */
  stop(): Promise<void>;
}

export function createProgressReporter(options: ReporterOptions): ProgressReporter {
  const { redis, subjects, run, version, logger } = options;
  const forecast = createForecaster();
  const began = performance.now();
  let step: Step = STEPS[0];
  let stepPercent = 0;
  let stepBegan = began;
  let concluding = false;
  let stopped = false;
  let writing: Promise<void> | undefined;
  let changedMeanwhile = false;
  let lastError: unknown;
  const logFault = seldom((extra) => logger.warn({ err: lastError, ...extra }, "progress cannot be written"), 60_000);

  async function write(): Promise<void> {
    const now = performance.now();
    const { percent, remaining } = forecast({
      step,
      stepPercent,
      stepSeconds: (now - stepBegan) / 1000,
      runSeconds: (now - began) / 1000,
    });
    const update = {
      run,
      version,
      percent,
      step,
      stepIndex: STEPS.indexOf(step) + 1,
      stepTotal: STEPS.length,
      stepPercent: Math.round(stepPercent * 10) / 10,
      remainingSeconds: remaining,
    };
    const outcomes = await Promise.allSettled(subjects.map((subject) => writeProgress(redis, subject, update)));
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") {
        // Redis out of reach is no reason to stop: the encode goes on, and upload-service is asked before publishing.
        lastError = outcome.reason;
        logFault();
      } else if (!outcome.value.accepted && !stopped && !concluding) {
        return options.onRefused(outcome.value.reason);
      }
    }
  }

  function flush(): void {
    if (stopped) return;
    if (writing !== undefined) {
      changedMeanwhile = true;
      return;
    }
    writing = write().finally(() => {
      writing = undefined;
      if (!changedMeanwhile) return;
      changedMeanwhile = false;
      flush();
    });
  }

  const timer = setInterval(flush, EVERY_MS);
  flush();

  return {
    begin(next) {
      if (next === step) return;
      step = next;
      stepPercent = 0;
      stepBegan = performance.now();
      flush();
    },
    within(percent) {
      if (Number.isFinite(percent)) stepPercent = Math.max(stepPercent, Math.min(100, percent));
    },
    concluding() {
      concluding = true;
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await writing;
    },
  };
}

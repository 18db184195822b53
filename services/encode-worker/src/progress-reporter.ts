import type { Expectations } from "@lectern/forecast";
import { type RedisLike, type Run, STEPS, type Step, type Subject, writeProgress } from "@lectern/keys";
import { type Logger, seldom } from "@lectern/service-kit";
import { paceMs } from "./forecast/pace.ts";
import { type Backlog, createForecaster } from "./forecast.ts";

export interface ReporterOptions {
  redis: RedisLike;
  /** The video and its job: both show the same. */
  subjects: readonly Subject[];
  run: Run;
  version: number;
  /** What each step is expected to take, where that is known at the start. */
  expectations: Expectations | null;
  /** Redis refused a write: this run has no business any more. */
  onRefused: (why: "superseded" | "closed") => void;
  logger: Logger;
}

/** The only writer of a run's progress; writes at least once a second, changed or not: that is the sign of life. */
export interface ProgressReporter {
  /** What each step is expected to take, as far as that is known by now. */
  expect(expectations: Expectations): void;
  /** The step that is the earliest unfinished one now; its percent is 0. */
  begin(step: Step): void;
  /** Percent of the step, 0 to 100; never goes back. */
  within(percent: number): void;
  /** The step begins anew: what is told of it from now on is told of the new beginning. What is shown does not go back. */
  again(): void;
  /** Where to ask what the store has yet to take. */
  watchStore(backlog: () => Backlog): void;
  /** From now on the outcome is being told to upload-service, and its answer counts, not the fence it raises. */
  concluding(): void;
  /** Ends the writing and waits for a write under way. */
  stop(): Promise<void>;
}

export function createProgressReporter(options: ReporterOptions): ProgressReporter {
  const { redis, subjects, run, version, logger } = options;
  const forecast = createForecaster();
  if (options.expectations !== null) forecast.expect(options.expectations);
  const began = performance.now();
  let everyMs = paceMs(0, null);
  let writes = 0;
  let step: Step = STEPS[0];
  let stepPercent = 0;
  /** More than that where the step began anew. */
  let shownStepPercent = 0;
  let backlog: (() => Backlog) | undefined;
  let stepBegan = began;
  let concluding = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let changedMeanwhile = false;
  let lastError: unknown;
  const logFault = seldom((extra) => logger.warn({ err: lastError, ...extra }, "progress cannot be written"), 60_000);

  async function write(): Promise<void> {
    const now = performance.now();
    const runSeconds = (now - began) / 1000;
    const stepSeconds = (now - stepBegan) / 1000;
    const moment = { step, stepPercent, stepSeconds, runSeconds, ...(backlog && { backlog: backlog() }) };
    const { percent, remaining } = forecast.at(moment);
    everyMs = paceMs(runSeconds, remaining?.seconds ?? null);
    const update = {
      run,
      version,
      percent,
      step,
      stepIndex: STEPS.indexOf(step) + 1,
      stepTotal: STEPS.length,
      stepPercent: Math.round(shownStepPercent * 10) / 10,
      remainingSeconds: remaining?.seconds ?? null,
      remainingLow: remaining?.low ?? null,
      remainingHigh: remaining?.high ?? null,
    };
    const outcomes = await Promise.allSettled(subjects.map((subject) => writeProgress(redis, subject, update)));
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") {
        // Redis out of reach is no reason to stop: the encode goes on, and upload-service is asked before publishing.
        lastError = outcome.reason;
        logFault();
      } else if (!outcome.value.accepted && !stopped && !concluding) {
        return options.onRefused(outcome.value.reason);
      } else if (outcome.value.accepted && writes === 0) {
        // An attempt before this one came further than a beginning.
        if (outcome.value.percent > percent) forecast.resume(outcome.value.percent);
        writes += 1;
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
      clearTimeout(timer);
      if (!stopped) timer = setTimeout(flush, everyMs);
      if (!changedMeanwhile) return;
      changedMeanwhile = false;
      flush();
    });
  }

  flush();

  return {
    expect: forecast.expect,
    begin(next) {
      if (next === step) return;
      step = next;
      stepPercent = 0;
      shownStepPercent = 0;
      stepBegan = performance.now();
      logger.debug({ step, run_seconds: (stepBegan - began) / 1000 }, "step begins");
      flush();
    },
    within(percent) {
      if (!Number.isFinite(percent)) return;
      stepPercent = Math.max(stepPercent, Math.min(100, percent));
      shownStepPercent = Math.max(shownStepPercent, stepPercent);
      const now = performance.now();
      const [stepSeconds, runSeconds] = [(now - stepBegan) / 1000, (now - began) / 1000];
      forecast.note(step, stepPercent, stepSeconds);
      logger.debug(
        { step, step_percent: stepPercent, step_seconds: stepSeconds, run_seconds: runSeconds },
        "step news",
      );
    },
    again() {
      forecast.again(step, (performance.now() - stepBegan) / 1000);
      stepPercent = 0;
      stepBegan = performance.now();
    },
    watchStore(ask) {
      backlog = ask;
    },
    concluding() {
      concluding = true;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await writing;
    },
  };
}

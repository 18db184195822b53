import type { VideoTransition } from "@lectern/contracts";
import { type DescribedFile, profileOf } from "@lectern/forecast";
import { encodeJobId, jobRef, type RedisLike, type Run, type TenantId, type VideoId, videoRef } from "@lectern/keys";
import type { ObjectStore } from "@lectern/object-store";
import type { Logger } from "@lectern/service-kit";
import { judge, RunEnded, type Verdict } from "./endings.ts";
import { type CostAccount, openAccount } from "./forecast/account.ts";
import type { WorkerMetrics } from "./metrics.ts";
import { createProgressReporter, type ProgressReporter } from "./progress-reporter.ts";
import { patience } from "./retry.ts";
import { createContext, type MediaSettings } from "./run-context.ts";
import type { Scratch } from "./scratch.ts";
import { type EncodeSteps, type Published, runSteps, type StepObserver } from "./steps/index.ts";
import type { Answer, UploadService } from "./upload-service.ts";

/** What a run works with; the same for all runs of a process. */
export interface RunDependencies {
  uploadService: UploadService;
  store: ObjectStore;
  /** Where progress is written: may be another server than the queue's. */
  stateRedis: RedisLike;
  media: MediaSettings;
  steps: EncodeSteps;
  scratch: Scratch;
  /** How long one passing fault may last before the job is handed back, in milliseconds. */
  patienceMs: number;
  metrics: WorkerMetrics;
}

/** What the queue's job asks for. `runToken` is unique to this run. */
export interface Work {
  tenantId: TenantId;
  videoId: VideoId;
  generation: number;
  runToken: string;
}

/** What becomes of the queue's job. */
export type JobEnd =
  /** Nothing is left to do for it. */
  | { kind: "finished"; outcome: "ready" | "failed" | "superseded" | "closed" | "deleted" }
  /** It goes back to the queue, for anybody; `unfit` where this machine would do no better with the next one. */
  | { kind: "handed-back"; why: string; unfit: boolean; delayMs: number }
  /** Nothing began: its tenant has as many runs as it may. It waits until it is promoted. */
  | { kind: "parked"; delayMs: number }
  /** It is no longer this run's to decide. */
  | { kind: "lost" };

/** Calls that must not outlive a shutdown. */
const SHORT_CALL_MS = 2_500;
/** A call that is not broken off: that of `processing` must be known to have been made, or it would look like a crash. */
const NEVER = new AbortController().signal;
const HAND_BACK_DELAY_MS = 15_000;
/** What the internal API takes. */
const DETAIL_LENGTH = 4_000;

/**
 * Runs one job from `processing` to its end and tells upload-service how it ended.
 * Aborting `controller` with a RunEnded kills ffmpeg at once; the promise then settles within the short calls' limits.
 */
export async function runJob(
  deps: RunDependencies,
  work: Work,
  controller: AbortController,
  logger: Logger,
): Promise<JobEnd> {
  const { signal } = controller;
  const { generation, tenantId, videoId, runToken } = work;
  const patiently = patience(signal, deps.patienceMs, logger);
  const tell = (transition: VideoTransition, options: { signal: AbortSignal; limitMs?: number }) =>
    deps.uploadService.transition(videoId, transition, options);
  const started = { tenant_id: tenantId, generation, run_token: runToken };
  const { machine, plan: planOptions } = deps.media;

  let begun: Awaited<ReturnType<UploadService["begin"]>>;
  try {
    begun = await patiently(() =>
      deps.uploadService.begin(
        videoId,
        { transition: "processing", ...started, profile: profileOf(machine) },
        { signal: NEVER, limitMs: SHORT_CALL_MS },
      ),
    );
  } catch (error) {
    return withoutAttempt(judge(error));
  }
  if (begun.kind === "limited") return { kind: "parked", delayMs: begun.retryAfterMs };
  if (begun.kind !== "ok") return { kind: "finished", outcome: begun.kind };

  const run: Run = { generation, attempt: begun.value.attempt };
  const ours = { ...started, attempt: run.attempt };
  const log = logger.child({ attempt: run.attempt });
  log.debug({ forecast: begun.value.forecast }, "forecast begins");
  const account = openAccount(machine, begun.value.forecast, planOptions);
  const reporter = createProgressReporter({
    redis: deps.stateRedis,
    subjects: [videoRef(tenantId, videoId), jobRef(tenantId, encodeJobId(videoId, generation))],
    run,
    version: begun.value.version,
    expectations: account.expectations(),
    onRefused: (why) => controller.abort(new RunEnded(why)),
    logger: log,
  });

  async function ready(published: Published): Promise<JobEnd> {
    reporter.concluding();
    const answer = await patiently(() =>
      tell(
        {
          transition: "ready",
          ...ours,
          hls_path: published.hlsPath,
          duration: Math.max(1, Math.round(published.durationSeconds)),
          result: published.summary,
          cost: account.cost(),
        },
        { signal },
      ),
    );
    return finishedBy(answer, "ready");
  }

  async function conclude(verdict: Verdict): Promise<JobEnd> {
    switch (verdict.kind) {
      case "failed": {
        log.warn({ error_code: verdict.code, detail: verdict.detail }, "the video cannot be published");
        reporter.concluding();
        // A teacher can read the job's record: what an error of ours says stays in the log.
        const told = verdict.code === "INTERNAL" ? `See encode-worker's log at run_token ${runToken}` : verdict.detail;
        const detail = told.replaceAll("\0", "").slice(0, DETAIL_LENGTH);
        const transition: VideoTransition = { transition: "failed", ...ours, error_code: verdict.code, detail };
        return finishedBy(await patiently(() => tell(transition, { signal })), "failed");
      }
      case "handed-back": {
        log.warn({ why: verdict.why, detail: verdict.detail }, "the job goes back to the queue");
        if (!verdict.counted && (await release(verdict.why)) !== "ok")
          return { kind: "finished", outcome: "superseded" };
        const unfit = verdict.why === "disk full" || verdict.why === "machine fault";
        return { kind: "handed-back", why: verdict.why, unfit, delayMs: HAND_BACK_DELAY_MS * (0.5 + Math.random()) };
      }
      case "ended": {
        if (verdict.why !== "shutdown" && verdict.why !== "lock-lost")
          return { kind: "finished", outcome: verdict.why };
        // A lock is lost by a long outage of Redis, too: that is no crash of this file's.
        const released = await release(verdict.why);
        if (verdict.why === "lock-lost") return { kind: "lost" };
        if (released !== "ok") return { kind: "finished", outcome: "superseded" };
        return { kind: "handed-back", why: "shutdown", unfit: false, delayMs: 0 };
      }
    }
  }

  /** Says that this run stops and did not crash. Unheard, the next run counts one crash too many: no more than that. */
  async function release(why: string): Promise<"ok" | "ended"> {
    await reporter.stop();
    try {
      const limit = AbortSignal.timeout(SHORT_CALL_MS);
      const answer = await patience(
        limit,
        SHORT_CALL_MS,
        log,
      )(() => tell({ transition: "released", ...ours, detail: why }, { signal: limit }));
      return answer.kind === "ok" ? "ok" : "ended";
    } catch (error) {
      log.warn({ err: error }, "upload-service could not be told that the job goes back");
      return "ok";
    }
  }

  async function encode(): Promise<Published> {
    const room = await deps.scratch.create();
    const steps = new AbortController();
    try {
      const knows = (file: DescribedFile): void => {
        log.debug({ file, machine }, "file described");
        account.knows(file);
        const expectations = account.expectations();
        if (expectations !== null) reporter.expect(expectations);
      };
      const context = createContext(deps, {
        ...{ ...work, run, signal, steps, logger: log, reporter, knows },
        scratch: room.path,
      });
      return await runSteps(context, stepObserver(deps, reporter, account, log), deps.steps);
    } finally {
      // Of a run that failed, nothing more goes into the store.
      steps.abort(new Error("The steps are over"));
      // A finished encode does not fail for it, and the process removes all of its scratch when it ends.
      await room.remove().catch((error: unknown) => log.error({ err: error }, "the scratch could not be removed"));
    }
  }

  try {
    return await ready(await encode());
  } catch (error) {
    try {
      return await conclude(judge(signal.aborted ? signal.reason : error));
    } catch (later) {
      // Telling of the failure failed in its turn: for want of upload-service, or because the run ended meanwhile.
      return await conclude(judge(signal.aborted ? signal.reason : later));
    }
  } finally {
    await reporter.stop();
  }
}

/** Before upload-service has given the run an attempt there is nothing to release. */
function withoutAttempt(verdict: Verdict): JobEnd {
  if (verdict.kind === "ended" && verdict.why === "lock-lost") return { kind: "lost" };
  const shutdown = verdict.kind === "ended";
  return {
    kind: "handed-back",
    why: shutdown ? "shutdown" : "passing fault",
    unfit: false,
    delayMs: shutdown ? 0 : HAND_BACK_DELAY_MS,
  };
}

function finishedBy(answer: Answer<unknown>, outcome: "ready" | "failed"): JobEnd {
  return { kind: "finished", outcome: answer.kind === "ok" ? outcome : answer.kind };
}

function stepObserver(
  deps: RunDependencies,
  reporter: ProgressReporter,
  account: CostAccount,
  logger: Logger,
): StepObserver {
  return {
    began: reporter.begin,
    ended: (step, seconds) => {
      account.took(step, seconds);
      deps.metrics.stepEnded(step, seconds);
      logger.info({ step, seconds: Math.round(seconds * 1000) / 1000 }, "step over");
    },
  };
}

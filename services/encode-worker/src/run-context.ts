import type { InternalVideo } from "@lectern/contracts";
import type { DescribedFile, Machine } from "@lectern/forecast";
import { type Run, runPrefix, type Step, type TenantId, type VideoId } from "@lectern/keys";
import type { MediaLimits, MediaTools, PlanOptions } from "@lectern/media";
import type { ObjectStore } from "@lectern/object-store";
import type { Logger } from "@lectern/service-kit";
import { RunEnded } from "./endings.ts";
import type { ProgressReporter } from "./progress-reporter.ts";
import { createPublisher, type Publisher } from "./publisher.ts";
import { patience, type Retry } from "./retry.ts";
import type { UploadService } from "./upload-service.ts";

/** What every run of this process has in common. */
export interface MediaSettings {
  tools: MediaTools;
  limits: Partial<MediaLimits>;
  plan: Partial<PlanOptions>;
  /** LUFS that sound is brought to; null to leave it as it is. */
  loudness: number | null;
  /** An encode may take this many times the lecture's length, but never less than {@link LEAST_ENCODE_MS}. */
  wallTimeFactor: number;
  /** What the speed of an encode depends on beside the file. */
  machine: Machine;
}

export const LEAST_ENCODE_MS = 10 * 60_000;

/** All that a step may touch: one run of one video. */
export interface RunContext {
  readonly tenantId: TenantId;
  readonly videoId: VideoId;
  readonly run: Run;
  readonly media: MediaSettings;
  readonly store: ObjectStore;
  readonly publisher: Publisher;
  /** A folder of this run's own. */
  readonly scratch: string;
  /** Aborted with a RunEnded, or with a fault that nothing can mend. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Percent within the step that runs, 0 to 100. */
  report(percent: number): void;
  /** The step that runs begins anew. */
  again(): void;
  /** What the file turned out to be: from now on the time left is forecast by it. */
  knows(file: DescribedFile): void;
  /** Repeats a call while it fails by a passing fault. */
  readonly retry: Retry;
  /** Asks upload-service for the video. @throws RunEnded where this run is no longer the one at work */
  confirm(): Promise<InternalVideo>;
}

/** One of the seven steps: what it needs is what an earlier one gave. */
export interface EncodeStep<In, Out> {
  readonly name: Step;
  run(context: RunContext, input: In): Promise<Out>;
}

interface ContextDependencies {
  uploadService: UploadService;
  store: ObjectStore;
  media: MediaSettings;
  patienceMs: number;
}

interface RunFacts {
  tenantId: TenantId;
  videoId: VideoId;
  run: Run;
  scratch: string;
  signal: AbortSignal;
  /** Ends the steps and what they left running, without ending the run: it still has to tell how it went. */
  steps: AbortController;
  logger: Logger;
  reporter: Pick<ProgressReporter, "within" | "again" | "watchStore">;
  knows: (file: DescribedFile) => void;
}

/** Puts together what the steps of one run may touch. */
export function createContext(deps: ContextDependencies, facts: RunFacts): RunContext {
  const { logger, reporter, run, scratch, steps, tenantId, videoId } = facts;
  const signal = AbortSignal.any([facts.signal, steps.signal]);
  const retry = patience(signal, deps.patienceMs, logger);
  const publisher = createPublisher({
    store: deps.store,
    prefix: runPrefix(tenantId, videoId, run),
    signal,
    retry,
    // A segment that cannot be stored ends the encode that makes more of them.
    onFault: (error) => steps.abort(error),
  });
  reporter.watchStore(() => ({ waiting: publisher.waiting(), stored: publisher.published.size }));
  return {
    tenantId,
    videoId,
    run,
    media: deps.media,
    store: deps.store,
    publisher,
    scratch,
    signal,
    logger,
    report: reporter.within,
    again: reporter.again,
    knows: facts.knows,
    retry,
    async confirm() {
      const answer = await retry(() => deps.uploadService.video(tenantId, videoId, { signal }));
      if (answer.kind !== "ok") throw new RunEnded(answer.kind);
      const { attempt, generation, status } = answer.value;
      if (status !== "PROCESSING" || generation !== run.generation || attempt !== run.attempt)
        throw new RunEnded("superseded");
      return answer.value;
    },
  };
}

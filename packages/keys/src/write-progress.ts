import { numberOf, percentOf, shortTextOf, timeOf, wholeOf } from "./clean.ts";
import { AT_WORK_EXPIRY_SECONDS, CLOSED_EXPIRY_SECONDS, STEP_DISPLAY_LIMIT, STEP_NAME_LIMIT } from "./limits.ts";
import { messageHead } from "./messages.ts";
import { eventsChannel, progressKey, tenantEventsChannel } from "./redis-names.ts";
import { assertRun, type Run } from "./runs.ts";
import { type RedisLike, scripts } from "./scripts.ts";
import { belowReady } from "./steps.ts";
import type { Subject } from "./subjects.ts";
import { refreshStatusExpiry } from "./write-status.ts";

export interface ProgressUpdate {
  readonly run: Run;
  /** The version of the status the work belongs to, for who follows the channels. */
  readonly version?: number | undefined;
  /** Of the whole, clamped to 0-100 (a video's to 99: READY alone says 100); not finite counts as 0. Two decimals. */
  readonly percent: number;
  readonly step: string;
  /** From 1. */
  readonly stepIndex: number;
  readonly stepTotal: number;
  /** Within the step, clamped as `percent`. */
  readonly stepPercent: number;
  /** Tenths are kept. */
  readonly remainingSeconds: number | null;
  /** Between these the time left most likely is, as seconds. Without a `remainingSeconds` they are left out. */
  readonly remainingLow?: number | null | undefined;
  readonly remainingHigh?: number | null | undefined;
  /** The step's name for people. */
  readonly stepNameDisplay?: string | undefined;
  /** RFC 3339. Without it, the first write of the generation sets Redis's time and later ones keep it. */
  readonly startedAt?: string | undefined;
}

export type ProgressWritten =
  /** `percent` is what stands there now: never less than what the generation had before. */
  | { readonly accepted: true; readonly percent: number }
  /** A higher run has taken over, or this run was closed: whoever wrote must stop working. */
  | { readonly accepted: false; readonly reason: "superseded" | "closed" };

/**
 * Writes the progress of a run, publishes it on both channels, and slides the expiry (6 h) of the progress and of
 * the status under work. A refused write changes nothing. Throws `KeysArgumentError` for a run that is none, and
 * what Redis throws; repeating a write that threw is safe.
 */
export async function writeProgress(
  redis: RedisLike,
  subject: Subject,
  update: ProgressUpdate,
): Promise<ProgressWritten> {
  const run = runOf(update.run);
  assertRun(run);
  const fields = progressFields(update);
  const answer = await scripts.writeProgress(redis, progressKey(subject), [
    run.generation,
    run.attempt,
    subject.kind === "video" ? belowReady(hundredths(update.percent)) : hundredths(update.percent),
    timeOf(update.startedAt) ?? "",
    AT_WORK_EXPIRY_SECONDS,
    eventsChannel(subject),
    tenantEventsChannel(subject.tenantId),
    messageHead("progress", subject, { ...run, version: update.version ?? null, ...fields }),
    ...Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [name, value])),
  ]);
  const [accepted, detail] = answer as [number, string];
  if (accepted !== 1) return { accepted: false, reason: detail === "closed" ? "closed" : "superseded" };
  await refreshStatusExpiry(redis, subject, run.generation);
  return { accepted: true, percent: Number(detail) };
}

/**
 * Raises the fence for `run`: it and every lower run is refused from now on, and both channels hear of it
 * (`"closed": true`). Last percent and fence stay for 24 h. Does nothing where a higher run is at work already.
 */
export async function closeProgress(redis: RedisLike, subject: Subject, of: Run): Promise<void> {
  const run = runOf(of);
  assertRun(run);
  await scripts.closeProgress(redis, progressKey(subject), [
    run.generation,
    run.attempt,
    CLOSED_EXPIRY_SECONDS,
    eventsChannel(subject),
    tenantEventsChannel(subject.tenantId),
    messageHead("progress", subject, { ...run, version: null, closed: true }),
  ]);
}

/** The pair and nothing else: callers may give a row that has it, and whatever stands here is published. */
function runOf({ generation, attempt }: Run): Run {
  return { generation, attempt };
}

function progressFields(update: ProgressUpdate): Readonly<Record<string, string | number | null>> {
  const remaining = tenths(update.remainingSeconds);
  const [low, high] = [tenths(update.remainingLow), tenths(update.remainingHigh)];
  const between = remaining !== null && low !== null && high !== null && low <= high;
  return {
    step: shortTextOf(update.step, STEP_NAME_LIMIT),
    step_index: wholeOf(update.stepIndex, 1),
    step_total: wholeOf(update.stepTotal, 1),
    step_percent: hundredths(update.stepPercent),
    remaining_seconds: remaining,
    remaining_low: between ? low : null,
    remaining_high: between ? high : null,
    step_name_display: shortTextOf(update.stepNameDisplay, STEP_DISPLAY_LIMIT),
  };
}

/** Of the last seconds of a short film a whole one would be much; null for what is no time. */
function tenths(seconds: number | null | undefined): number | null {
  const number = numberOf(seconds);
  return number === null || number < 0 ? null : Math.round(number * 10) / 10;
}

/** Rounded down, so that 99.999 does not become the 100 that only the end may say. */
function hundredths(percent: number): number {
  return Math.floor((percentOf(percent) ?? 0) * 100) / 100;
}

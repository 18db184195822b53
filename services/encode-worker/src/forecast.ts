import type { Expectations } from "@lectern/forecast";
import { STEPS, type Step } from "@lectern/keys";
import { SpeedGauge } from "./forecast/speed.ts";

export interface Moment {
  step: Step;
  /** 0-100 of the step. */
  stepPercent: number;
  /** Since the step began. */
  stepSeconds: number;
  /** Since the run began. */
  runSeconds: number;
  /** What the store has yet to take, where it is slower than the encoder. */
  backlog?: Backlog;
}

/** Files: those that wait for their turn, and those that are stored. */
export interface Backlog {
  waiting: number;
  stored: number;
}

export interface Forecast {
  /** Of the whole, 0 to below 99; never less than before. */
  percent: number;
  /** Seconds until READY, and between which they are in 8 of 10 cases; null before anything is known of the file. */
  remaining: { seconds: number; low: number; high: number } | null;
}

export interface Forecaster {
  /** What each step is expected to take; said anew when more is known of the file. */
  expect(expectations: Expectations): void;
  /** An attempt before this one came so far: what is left of the bar is this one's. */
  resume(percent: number): void;
  /** News of how far a step is: its speed is measured by them. */
  note(step: Step, stepPercent: number, stepSeconds: number): void;
  /** The step begins anew, and what it did is void. It will take as long as it took. */
  again(step: Step, stepSeconds: number): void;
  at(moment: Moment): Forecast;
}

/** Their percent is counted as they go; the others say where they are and no more. */
const MEASURED: ReadonlySet<Step> = new Set(["downloading", "probing", "transcoding", "uploading"]);
/** Telling upload-service, and its answer. */
const CLOSING_SECONDS = 0.03;
/** What is late is expected to take at least this share of its time so far, so that "soon" does not stay true for ever. */
const LATE_SHARE = 0.1;
/** How sharply a step's expected time runs out around its end. */
const SHARPNESS = 6;
/** A machine that encodes slower than expected does the rest slower, too: by the ratio to this power. */
const ALSO_SLOWER = 0.4;
/** Of two runs of one encode on one machine, and of how long a store goes on being slow. */
const AGAIN_SPREAD = 0.1;
const BACKLOG_SPREAD = 0.3;
/** A store that took nothing yet may take anything: of the time so far and to come, so many times as much at most. */
const MOST_BACKLOG = 3;
/** How far to the late side the bar leans, by the square of the doubt: to the mean of what is as often more as less. */
const LATE_SIDE = 0.5;
/** 8 of 10 lie within so many standard deviations. */
const EIGHT_OF_TEN = 1.2816;
/** What no forecast knows better, in seconds. */
const GRAIN = { low: 0.3, high: 0.5 };
/** Of the speed that would be right, where more was shown already than is over: the bar slows down and does not stop. */
const SLOWED = 0.5;
/** From here on the bar nears 99 without reaching it. */
const KNEE = 97.5;
const MOST = 98.95;

interface Rest {
  seconds: number;
  /** Standard deviation of the logarithm. */
  spread: number;
}

/**
 * Forecasts one run: first from what the steps are expected to take, then more and more from their measured speed. The
 * percent is the share of time that is over: elapsed / (elapsed + remaining).
 */
export function createForecaster(): Forecaster {
  const gauges = new Map<Step, SpeedGauge>();
  let expected: Expectations | null = null;
  let base = 0;
  let shown = 0;
  let shownAt = 0;
  /** How much slower than expected the encode was, as far as it is known. */
  let slowness = 1;
  /** When the first file for the store could be made. */
  let makingSince: number | null = null;

  function restOf(step: Step, moment: Moment, from: Expectations): Rest {
    const { stepPercent, stepSeconds } = moment;
    const stored = step === "uploading" ? backlogOf(moment, 0) : 0;
    const { seconds, spread } =
      stored > from[step].seconds ? { seconds: stepSeconds + stored, spread: BACKLOG_SPREAD } : from[step];
    const speed = gauges.get(step)?.at(stepSeconds) ?? null;
    if (speed === null) return { seconds: untilDue(seconds, stepSeconds), spread };
    const apart = Math.log(speed.total / seconds);
    const [prior, seen] = [1 / spread ** 2, 1 / speed.spread ** 2];
    const total = speed.total * Math.exp((-apart * prior) / (prior + seen));
    if (step === "transcoding") slowness = total / seconds;
    const left = total * (1 - stepPercent / 100) - speed.age;
    return { seconds: Math.max(left, LATE_SHARE * speed.age, 0.02), spread: 1 / Math.sqrt(prior + seen) };
  }

  function restsAt(moment: Moment, from: Expectations): Rest[] {
    const present = restOf(moment.step, moment, from);
    const rests = [present];
    for (const step of STEPS.slice(STEPS.indexOf(moment.step) + 1)) {
      const usual = { seconds: from[step].seconds * slowness ** ALSO_SLOWER, spread: from[step].spread };
      const stored = step === "uploading" ? backlogOf(moment, secondsOf(rests)) : 0;
      rests.push(stored > usual.seconds ? { seconds: stored, spread: BACKLOG_SPREAD } : usual);
    }
    return [...rests, { seconds: CLOSING_SECONDS, spread: 0.5 }];
  }

  /**
   * Seconds that the store will need for what it has not taken when all files are made, `until` seconds from now, if it
   * and the encoder go on as they did.
   */
  function backlogOf({ backlog, runSeconds }: Moment, until: number): number {
    if (backlog === undefined || backlog.waiting === 0 || makingSince === null) return 0;
    const making = runSeconds - makingSince + until;
    return making * Math.min(MOST_BACKLOG, backlog.waiting / Math.max(1, backlog.stored));
  }

  function advance(mean: number, runSeconds: number): number {
    const aim = base + ((100 - base) * runSeconds) / Math.max(runSeconds + mean, 1e-3);
    const passed = Math.max(0, runSeconds - shownAt);
    const slowly = shown + (SLOWED * (100 - shown) * passed) / Math.max(mean + passed, 1e-3);
    shown = Math.max(aim, Math.min(slowly, 100));
    shownAt = runSeconds;
    return nearing(shown);
  }

  return {
    expect(expectations) {
      expected = expectations;
    },
    resume(percent) {
      base = percent;
      shown = Math.max(shown, percent);
    },
    note(step, stepPercent, stepSeconds) {
      if (!MEASURED.has(step)) return;
      const gauge = gauges.get(step) ?? new SpeedGauge();
      gauges.set(step, gauge);
      gauge.note(stepSeconds, stepPercent / 100);
    },
    again(step, stepSeconds) {
      const seconds = gauges.get(step)?.at(stepSeconds)?.total ?? stepSeconds;
      gauges.delete(step);
      if (expected !== null) expected = { ...expected, [step]: { seconds, spread: AGAIN_SPREAD } };
    },
    at(moment) {
      if (expected === null) return { percent: nearing(shown), remaining: null };
      if (moment.step === "transcoding") makingSince ??= moment.runSeconds - moment.stepSeconds;
      const rests = restsAt(moment, expected);
      const seconds = secondsOf(rests);
      const doubt = Math.hypot(...rests.map((rest) => rest.seconds * rest.spread)) / seconds;
      return {
        // On the late side of the forecast, the more so the less is known: what was shown too early cannot be taken back.
        percent: advance(seconds * Math.exp(LATE_SIDE * doubt ** 2), moment.runSeconds),
        remaining: {
          seconds,
          low: Math.max(0, seconds * Math.exp(-EIGHT_OF_TEN * doubt) - GRAIN.low),
          high: seconds * Math.exp(EIGHT_OF_TEN * doubt) + GRAIN.high,
        },
      };
    },
  };
}

function secondsOf(rests: readonly Rest[]): number {
  return rests.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** What is left of `expected` after `elapsed`: the difference while there is much of it, then less and less, never 0. */
function untilDue(expected: number, elapsed: number): number {
  const left = Math.log1p(Math.exp(SHARPNESS * (1 - elapsed / expected))) / SHARPNESS;
  return Math.max(expected * Math.min(left, 1), LATE_SHARE * elapsed);
}

/** The same up to the knee; beyond it nearer and nearer to 99, so that the bar still moves while the end is late. */
function nearing(percent: number): number {
  if (percent <= KNEE) return percent;
  return KNEE + (MOST - KNEE) * (1 - Math.exp(-(percent - KNEE) / (MOST - KNEE)));
}

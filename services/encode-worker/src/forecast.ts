import { overallPercent, type Step } from "@lectern/keys";

/** Less than this share of the encode says little of its speed: the first segments pay for the start of everything. */
const LEAST_PERCENT = 2;

/** What the steps after the encode cost, as measured: a second or so of starting tools, and a little for each file. */
const TAIL_SECONDS = 1;
const TAIL_SHARE = 0.01;
/** How much of that is over when a step begins and when it ends. */
const TAIL: Partial<Record<Step, readonly [number, number]>> = {
  validating: [0, 0.6],
  thumbnail: [0.6, 0.8],
  uploading: [0.8, 1],
};

export interface Moment {
  step: Step;
  /** 0-100 of the step. */
  stepPercent: number;
  /** Since the step began. */
  stepSeconds: number;
  /** Since the run began. */
  runSeconds: number;
}

export interface Forecast {
  /** Of the whole, 0 to 99. */
  percent: number;
  /** Seconds until READY; null before that can be told. */
  remaining: number | null;
}

/**
 * Forecasts one run from the measured speed of its encode. Once that is known, the percent is the share of time that is
 * over, whatever the download cost; before, it is the steps' usual weight.
 */
export function createForecaster(): (moment: Moment) => Forecast {
  let encodeSeconds: number | null = null;

  function remainingAt({ step, stepPercent, stepSeconds }: Moment): number | null {
    if (step === "transcoding") {
      if (stepPercent < LEAST_PERCENT) return null;
      encodeSeconds = (stepSeconds * 100) / stepPercent;
      return encodeSeconds - stepSeconds + tail(encodeSeconds);
    }
    const part = TAIL[step];
    if (encodeSeconds === null || part === undefined) return null;
    const over = part[0] + ((part[1] - part[0]) * stepPercent) / 100;
    return tail(encodeSeconds) * (1 - over);
  }

  return (moment) => {
    const remaining = remainingAt(moment);
    if (remaining === null) return { remaining, percent: overallPercent(moment.step, moment.stepPercent) };
    const { runSeconds } = moment;
    return { remaining, percent: Math.min(99, (100 * runSeconds) / Math.max(runSeconds + remaining, 1e-3)) };
  };
}

function tail(encodeSeconds: number): number {
  return TAIL_SECONDS + encodeSeconds * TAIL_SHARE;
}

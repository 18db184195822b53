import { STEP_WEIGHTS, STEPS, type Step } from "@lectern/keys";

/** Less than this share of the encode says little of its speed: the first segments pay for the start of everything. */
const LEAST_PERCENT = 2;

export interface Forecast {
  /**
   * Seconds until READY, by the speed of the encode so far; null before that can be told.
   * @param stepPercent 0-100 of `step`
   * @param stepSeconds time since `step` began
   */
  remaining(step: Step, stepPercent: number, stepSeconds: number): number | null;
}

/**
 * Forecasts one run. The encode's own speed is measured; the steps after it are taken to cost their weight beside it.
 */
export function createForecast(): Forecast {
  let encodeSeconds: number | null = null;
  return {
    remaining(step, stepPercent, stepSeconds) {
      if (step === "transcoding") {
        if (stepPercent < LEAST_PERCENT) return null;
        encodeSeconds = (stepSeconds * 100) / stepPercent;
        return encodeSeconds - stepSeconds + afterwards(step, encodeSeconds);
      }
      if (encodeSeconds === null) return null;
      const stepTotal = (encodeSeconds * STEP_WEIGHTS[step]) / STEP_WEIGHTS.transcoding;
      return stepTotal * (1 - stepPercent / 100) + afterwards(step, encodeSeconds);
    },
  };
}

function afterwards(step: Step, encodeSeconds: number): number {
  const weight = STEPS.slice(STEPS.indexOf(step) + 1).reduce((sum, later) => sum + STEP_WEIGHTS[later], 0);
  return (encodeSeconds * weight) / STEP_WEIGHTS.transcoding;
}

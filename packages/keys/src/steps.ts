/** The steps of a video encode, in their order. */
export const STEPS = [
  "presigning",
  "downloading",
  "probing",
  "transcoding",
  "validating",
  "thumbnail",
  "uploading",
] as const;
export type Step = (typeof STEPS)[number];

/**
 * What each step costs in time, in percent of the whole, as measured on films of one to two minutes: segments are stored
 * while the encode runs, so all but all of the time is its. The sum is 100.
 */
export const STEP_WEIGHTS: { readonly [S in Step]: number } = {
  presigning: 0.5,
  downloading: 2,
  probing: 0.5,
  transcoding: 94,
  validating: 1.5,
  thumbnail: 0.5,
  uploading: 1,
};

/** 100 is said by READY alone: the last step may be through and the transition still be refused. */
const MOST_BEFORE_READY = 99;

export function isStep(text: string): text is Step {
  return (STEPS as readonly string[]).includes(text);
}

/** Percent of the whole, 0 to 99, where `stepPercent` (0-100, else clamped; not a number counts as 0) of `step` is done. */
export function overallPercent(step: Step, stepPercent: number): number {
  const before = STEPS.slice(0, STEPS.indexOf(step)).reduce((sum, earlier) => sum + STEP_WEIGHTS[earlier], 0);
  const within = Number.isNaN(stepPercent) ? 0 : Math.min(100, Math.max(0, stepPercent));
  return Math.min(MOST_BEFORE_READY, before + (STEP_WEIGHTS[step] * within) / 100);
}

/** Keeps a percent of unfinished video work below 100. */
export function belowReady(percent: number): number {
  return Math.min(MOST_BEFORE_READY, percent);
}

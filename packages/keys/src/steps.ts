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

/** 100 is said by READY alone: the last step may be through and the transition still be refused. */
const MOST_BEFORE_READY = 99;

export function isStep(text: string): text is Step {
  return (STEPS as readonly string[]).includes(text);
}

/** Keeps a percent of unfinished video work below 100. */
export function belowReady(percent: number): number {
  return Math.min(MOST_BEFORE_READY, percent);
}

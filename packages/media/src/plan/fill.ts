import { toNumber } from "../fraction.ts";
import type { AudioRenditionPlan, EncodePlan } from "../plan-types.ts";

/** Sound and picture that end this close together need no filling up (seconds). */
export const SAME_END = 1;

/** How long the renditions of one encode came out, in seconds. */
export interface Lengths {
  readonly video: number;
  readonly audio: ReadonlyMap<string, number>;
}

/**
 * A player stops where the shorter of sound and picture ends, so a still picture lasts as long as its sound and a film
 * whose sound ends early is silent to its end. What to fill up to is known for sure only once all is decoded: headers
 * lie, and some say nothing. This is the plan for another pass, or null where all ends together. Pure.
 */
export function refilled(plan: EncodePlan, lengths: Lengths): Pick<EncodePlan, "video" | "audio"> | null {
  const { video } = plan;
  // A track that gave nothing at all is left out, not filled up to.
  if (!video || lengths.video === 0 || lengths.audio.size === 0) return null;
  const longestSound = Math.max(...lengths.audio.values());
  const uneven = [...lengths.audio.values()].some((seconds) => lengths.video - seconds > SAME_END);
  if (!uneven && longestSound - lengths.video <= SAME_END) return null;
  const filledBefore = video.padToFrames !== null || plan.audio.some((track) => track.padToSeconds !== null);
  // What was filled up hides how long the source really is: measure first.
  const [toVideo, toAudio] = filledBefore ? [null, null] : targets(lengths.video, longestSound);
  return {
    video: { ...video, padToFrames: toVideo === null ? null : Math.ceil(toVideo * toNumber(video.frameRate)) },
    audio: plan.audio.map((track): AudioRenditionPlan => ({ ...track, padToSeconds: toAudio })),
  };
}

/** [seconds to fill the picture to, seconds to fill the sound to]. */
function targets(video: number, audio: number): [number | null, number | null] {
  return audio - video > SAME_END ? [audio, null] : [null, video];
}

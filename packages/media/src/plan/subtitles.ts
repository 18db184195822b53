import type { MediaWarning, SubtitlePlan } from "../plan-types.ts";
import type { MediaInfo } from "../types.ts";
import { canonicalLanguage, trackName } from "./language.ts";

/** Which subtitles become renditions: every text track, up to `most`. Pure. */
export function subtitlePlans(info: MediaInfo, most: number): SubtitlePlan[] {
  const plans: SubtitlePlan[] = [];
  for (const stream of info.subtitles.filter(({ text }) => text).slice(0, most)) {
    plans.push({
      id: `s${plans.length + 1}`,
      streamIndex: stream.index,
      language: canonicalLanguage(stream.language),
      name: trackName(
        stream,
        "Subtitles",
        plans.map((plan) => plan.name),
      ),
      default: stream.default && !plans.some((plan) => plan.default),
      forced: stream.forced,
      hearingImpaired: stream.hearingImpaired,
    });
  }
  return plans;
}

/** The subtitles that a plan leaves out, and why. */
export function subtitlesLeftOut(info: MediaInfo, plans: readonly SubtitlePlan[]): MediaWarning[] {
  const used = new Set(plans.map((plan) => plan.streamIndex));
  return info.subtitles
    .filter((stream) => !used.has(stream.index))
    .map((stream) => ({
      streamIndex: stream.index,
      code: "TRACK_LEFT_OUT",
      detail: `subtitles ${stream.codec}: ${stream.text ? "too many tracks" : "pictures or captions, not text"}`,
    }));
}

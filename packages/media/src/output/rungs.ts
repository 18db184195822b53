import type { EncodedRendition } from "../result-types.ts";

/** A rung that costs more than this share of the one above helps nobody whom the one above does not. */
const WORTH = 0.8;
/** Whatever plays video at all takes this many bits a second: nothing smaller is needed. */
const EASY = 300_000;

/**
 * The renditions that are worth publishing, by what they really cost: slides and still pictures cost about the same in
 * every size, and then the large one serves all. The largest is always kept; sound is not touched. Pure.
 */
export function worthwhile(renditions: readonly EncodedRendition[]): EncodedRendition[] {
  let above: EncodedRendition | null = null;
  return renditions.filter((rendition) => {
    if (rendition.kind === "audio") return true;
    const useless: boolean =
      above !== null && (above.peakBitRate <= EASY || rendition.peakBitRate > above.peakBitRate * WORTH);
    if (!useless) above = rendition;
    return !useless;
  });
}

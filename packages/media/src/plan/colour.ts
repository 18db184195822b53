import type { ColourPlan } from "../plan-types.ts";
import type { VideoStream } from "../types.ts";

/** Names that ffmpeg's filters take; a file (or ffprobe) may say anything else, such as "reserved". */
const TRANSFERS = new Set("bt709 smpte170m bt2020-10 bt2020-12 iec61966-2-1 smpte2084 arib-std-b67".split(" "));
const PRIMARIES = new Set("bt709 bt470m bt470bg smpte170m smpte240m film bt2020 smpte431 smpte432".split(" "));
const SPACES = new Set(["bt709", "bt470bg", "smpte170m", "smpte240m", "bt2020nc", "bt2020c", "fcc", "ycgco"]);
const HDR_TRANSFERS = new Set(["smpte2084", "arib-std-b67"]);
const RGB = /^(?:0?(?:rgb|bgr|argb|abgr|rgba|bgra)|gbr|pal8|monow|monob|x2rgb|x2bgr)/;
/** Wider than BT.709's (screens and phones record Display P3): a player that takes them for BT.709's shows everything pale. */
const WIDE_PRIMARIES = new Set(["bt2020", "smpte431", "smpte432"]);
/** Matrices that every browser knows in H.264; anything else is converted. */
const WEB_SPACES = new Set(["bt709", "smpte170m", "bt470bg"]);
/** A picture that says it has another one is refused by ffmpeg's scaler since 7.0. */
const SCALER_SPACES = new Set([...SPACES].filter((space) => space !== "ycgco" && space !== "bt2020c"));
const BT709 = { transfer: "bt709", primaries: "bt709", space: "bt709" };

/**
 * How the colours become what every browser shows right: 8 bits, limited range, and tags that say what it is.
 * Tags matter even where nothing is converted: a player guesses untagged colours from the picture's height, and the
 * lower rungs of one ladder would look different from the upper ones.
 */
export function colourPlanFor(stream: VideoStream): ColourPlan {
  const { colour } = stream;
  const transfer = known(colour.transfer, TRANSFERS) ?? "bt709";
  const declaredPrimaries = known(colour.primaries, PRIMARIES);
  const declaredSpace = known(colour.space, SPACES);
  const range: ColourPlan["range"] = colour.range === "pc" ? "pc" : "tv";
  if (RGB.test(stream.pixelFormat ?? "") || colour.space === "gbr") {
    // The conversion from RGB is ours to choose.
    const hideSpace = !RGB.test(stream.pixelFormat ?? "");
    return { treatment: "none", ...BT709, range: hideSpace ? range : "pc", hideSpace, output: BT709 };
  }
  const hideSpace = colour.space !== null && !SCALER_SPACES.has(colour.space);
  const guess = stream.width >= 1280 || stream.height >= 720 ? "bt709" : "smpte170m";
  if (HDR_TRANSFERS.has(transfer)) {
    const space = declaredSpace ?? "bt2020nc";
    const primaries = declaredPrimaries ?? "bt2020";
    return { treatment: "tonemap", transfer, primaries, space, range, hideSpace, output: BT709 };
  }
  const space = declaredSpace ?? guess;
  const primaries = declaredPrimaries ?? (space === "bt2020nc" || space === "bt2020c" ? "bt2020" : "bt709");
  const source = { transfer, primaries, space, range, hideSpace };
  // zscale has changing names for this one, and swscale knows it.
  if (space === "smpte240m") return { treatment: "none", ...source, output: BT709 };
  if (!WEB_SPACES.has(space) || WIDE_PRIMARIES.has(primaries))
    return { treatment: "convert", ...source, output: BT709 };
  return { treatment: "none", ...source, output: { transfer: "bt709", primaries, space } };
}

function known(name: string | null, names: ReadonlySet<string>): string | null {
  return name !== null && names.has(name) ? name : null;
}

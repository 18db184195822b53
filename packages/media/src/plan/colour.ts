import type { ColourPlan } from "../plan-types.ts";
import type { VideoStream } from "../types.ts";

const HDR_TRANSFERS = new Set(["smpte2084", "arib-std-b67"]);
const RGB = /^(?:0?(?:rgb|bgr|argb|abgr|rgba|bgra)|gbr|pal8|monow|monob|x2rgb|x2bgr)/;
/** Matrices that every browser knows in H.264; anything else is converted. */
const WEB_SPACES = new Set(["bt709", "smpte170m", "bt470bg"]);
const BT709 = { transfer: "bt709", primaries: "bt709", space: "bt709" };

/**
 * How the colours become what every browser shows right: 8 bits, limited range, and tags that say what it is.
 * Tags matter even where nothing is converted: a player guesses untagged colours from the picture's height, and the
 * lower rungs of one ladder would look different from the upper ones.
 */
export function colourPlanFor(stream: VideoStream): ColourPlan {
  const { colour } = stream;
  const transfer = colour.transfer ?? "bt709";
  const range = colour.range === "pc" ? "pc" : "tv";
  if (RGB.test(stream.pixelFormat ?? "") || colour.space === "gbr") {
    // The conversion from RGB is ours to choose.
    return { treatment: "none", ...BT709, range: "pc", output: BT709 };
  }
  const guess = stream.width >= 1280 || stream.height >= 720 ? "bt709" : "smpte170m";
  if (HDR_TRANSFERS.has(transfer)) {
    const space = colour.space ?? "bt2020nc";
    const primaries = colour.primaries ?? "bt2020";
    return { treatment: "tonemap", transfer, primaries, space, range, output: BT709 };
  }
  const space = colour.space ?? guess;
  const primaries = colour.primaries ?? (space === "bt2020nc" || space === "bt2020c" ? "bt2020" : "bt709");
  if (!WEB_SPACES.has(space)) return { treatment: "convert", transfer, primaries, space, range, output: BT709 };
  return { treatment: "none", transfer, primaries, space, range, output: { transfer: "bt709", primaries, space } };
}

import type { VideoErrorCode } from "@lectern/contracts";
import { limitsWith } from "./limits.ts";
import type { FileFacts, MediaInfo, MediaLimits, ProbeResult } from "./types.ts";

export type Assessment =
  | { readonly kind: "encode"; readonly info: MediaInfo }
  | { readonly kind: "refuse"; readonly code: VideoErrorCode; readonly detail: string }
  /** The probe said nothing about the file: try again. */
  | { readonly kind: "retry"; readonly detail: string };

/** What begins later was taken out of a longer stream. */
const EXCERPT_SECONDS = 10;

/**
 * What to do with a file that was probed and inspected. Pure.
 * Encryption goes before everything (its frames are noise), missing bytes before what ffprobe made of the rest.
 */
export function assess(probed: ProbeResult, facts: FileFacts, limits?: Partial<MediaLimits>): Assessment {
  if (facts.sizeBytes === 0) return refuse("SOURCE_UNREADABLE", "the file is empty");
  if (facts.encrypted !== null) return refuse("SOURCE_ENCRYPTED", facts.encrypted);
  if (facts.missing !== null) return refuse("SOURCE_INCOMPLETE", facts.missing);
  if (probed.kind === "inconclusive") return { kind: "retry", detail: probed.detail };
  if (probed.kind === "not_media") {
    const cut = facts.ending !== null && probed.code === "SOURCE_UNREADABLE";
    return cut ? refuse("SOURCE_INCOMPLETE", facts.ending) : refuse(probed.code, probed.detail);
  }
  // A recording of a running stream begins at some time of day, and may end anywhere.
  const fromItsStart = (probed.info.startSeconds ?? 0) < EXCERPT_SECONDS;
  if (facts.ending !== null && fromItsStart) return refuse("SOURCE_INCOMPLETE", facts.ending);
  return assessInfo(probed.info, limitsWith(limits));
}

function assessInfo(info: MediaInfo, limits: MediaLimits): Assessment {
  if (info.encrypted) return refuse("SOURCE_ENCRYPTED", "ffprobe found marks of encryption");
  const streams = info.video.length + info.audio.length + info.subtitles.length + info.otherCount;
  if (streams > limits.maxStreams) return refuse("LIMITS_EXCEEDED", `${streams} streams`);
  const films = info.video.filter((stream) => !stream.attachedPicture);
  const large = films.find((stream) => stream.width * stream.height > limits.maxPixels);
  if (large) return refuse("LIMITS_EXCEEDED", `a picture of ${large.width}x${large.height}`);
  const shown = films.find((stream) => stream.default) ?? films[0];
  if (shown?.dolbyVisionOnly) return refuse("UNSUPPORTED_CODEC", "Dolby Vision without a layer that others can show");
  if (films.length === 0 && info.audio.length === 0) {
    return refuse("NO_PLAYABLE_STREAM", `neither picture nor sound in ${info.format}`);
  }
  if (![...films, ...info.audio].some((stream) => stream.decodable)) {
    const codecs = [...films, ...info.audio].map((stream) => stream.codec).join(", ");
    return refuse("UNSUPPORTED_CODEC", `no decoder for ${codecs}`);
  }
  return { kind: "encode", info };
}

function refuse(code: VideoErrorCode, detail: string): Assessment {
  return { kind: "refuse", code, detail };
}

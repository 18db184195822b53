import { createHash } from "node:crypto";
import { MediaError } from "../error.ts";
import { toNumber } from "../fraction.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import type { AudioRenditionPlan, EncodePlan, MediaWarning, PlanOptions, VideoPlan } from "../plan-types.ts";
import type { AudioStream, MediaInfo, VideoStream } from "../types.ts";
import { colourPlanFor } from "./colour.ts";
import { SAME_END } from "./fill.ts";
import { frameRateFor, segmentFramesFor, timescaleFor } from "./frame-rate.ts";
import { ladderFor } from "./ladder.ts";
import { canonicalLanguage, trackName } from "./language.ts";
import { storyboardPlan } from "./storyboard.ts";
import { subtitlePlans, subtitlesLeftOut } from "./subtitles.ts";
import { copiesTimestamps, declaredEnd, outputChapters, presentationStart, zeroOf, zeroSeconds } from "./timeline.ts";

export const DEFAULT_PLAN_OPTIONS: PlanOptions = {
  ladder: [1080, 720, 480, 360, 240],
  preset: "veryfast",
  crf: 23,
  segmentSeconds: 4,
  audioBitRate: 128_000,
  maxFrameRate: 60,
  maxAudioTracks: 8,
  maxSubtitleTracks: 16,
};

const INTERLACEABLE = new Set([
  "h264",
  "mpeg2video",
  "mpeg1video",
  "vc1",
  "mpeg4",
  "dvvideo",
  "prores",
  "dnxhd",
  "hevc",
]);

/**
 * Decides everything about an encode. Pure: the same answer of the probe gives the same plan and hash.
 * Throws MediaError NO_PLAYABLE_STREAM or UNSUPPORTED_CODEC where there is nothing to encode.
 */
export function planEncode(info: MediaInfo, overrides: Partial<PlanOptions> = {}): EncodePlan {
  const options = { ...DEFAULT_PLAN_OPTIONS, ...overrides };
  const picture = choosePicture(info);
  const own = belongingTo(picture, info);
  const sounds = chooseSounds(own, options.maxAudioTracks);
  if (!picture && sounds.length === 0) throw nothingToEncode(info);

  const chosen = [...(picture ? [picture] : []), ...sounds];
  const start = presentationStart(chosen);
  const limit = DEFAULT_LIMITS.maxDurationSeconds;
  const pictureEnd = picture ? declaredEnd(picture, start, limit) : null;
  const soundEnd = latest(sounds.map((sound) => declaredEnd(sound, start, limit)));
  const expectedSeconds = latest([pictureEnd, soundEnd]) ?? plausible(info.durationSeconds, limit);
  const video = picture
    ? videoPlan(picture, { info, start, options, fillTo: beyond(soundEnd, pictureEnd) }, expectedSeconds)
    : null;
  const subtitles = subtitlePlans(own, options.maxSubtitleTracks);
  const zero = zeroSeconds(start, info);
  const audio: AudioRenditionPlan[] = [];
  for (const sound of sounds) {
    const fillTo = beyond(pictureEnd, declaredEnd(sound, start, limit));
    const taken = audio.map((plan) => plan.name);
    audio.push(audioPlan(sound, audio.length, { info, start, options, fillTo, taken }));
  }
  return withHash({
    version: 1,
    format: info.format,
    copyTimestamps: copiesTimestamps(info),
    segmentSeconds: video ? (video.segmentFrames * video.frameRate.den) / video.frameRate.num : options.segmentSeconds,
    expectedSeconds,
    video,
    audio,
    subtitles,
    zeroSeconds: zero,
    chapters: outputChapters(info, zero),
    groups: [{ firstFrame: 0, endFrame: null }],
    leftOut: [...leftOut(info, chosen), ...subtitlesLeftOut(info, subtitles)],
  });
}

/** The same plan with other parts, and the hash that belongs to them. */
export function planWith(
  plan: EncodePlan,
  parts: Partial<Pick<EncodePlan, "video" | "audio" | "leftOut">>,
): EncodePlan {
  const { hash: _, ...rest } = plan;
  return withHash({ ...rest, ...parts });
}

/** The same plan without some streams of the source; null when nothing is left. */
export function withoutStreams(plan: EncodePlan, streams: readonly MediaWarning[]): EncodePlan | null {
  const gone = new Set(streams.map((warning) => warning.streamIndex));
  const video = plan.video && !gone.has(plan.video.streamIndex) ? plan.video : null;
  const left = plan.audio.filter((track) => !gone.has(track.streamIndex));
  // Sound is filled up to the picture's end.
  const audio = video ? left : left.map((track) => ({ ...track, padToSeconds: null }));
  if (!video && audio.length === 0) return null;
  return planWith(plan, { video, audio, leftOut: [...plan.leftOut, ...streams] });
}

interface Context {
  readonly info: MediaInfo;
  readonly start: number | null;
  readonly options: PlanOptions;
  /** Seconds to fill up to; null for none. */
  readonly fillTo: number | null;
}

function videoPlan(
  stream: VideoStream,
  { info, start, options, fillTo }: Context,
  expectedSeconds: number | null,
): VideoPlan {
  const frameRate = frameRateFor(stream, options.maxFrameRate);
  const renditions = ladderFor(stream.displayWidth, stream.displayHeight, frameRate, options);
  const [largest] = renditions;
  if (!largest) throw new RangeError("a ladder without a rung");
  return {
    streamIndex: stream.index,
    frameRate,
    segmentFrames: segmentFramesFor(frameRate, options.segmentSeconds),
    timescale: timescaleFor(frameRate),
    zero: zeroOf(stream, start, info),
    frameSize: frameSizeOf(stream),
    deinterlace: isInterlaced(stream),
    colour: colourPlanFor(stream),
    padToFrames: fillTo === null ? null : Math.ceil(fillTo * toNumber(frameRate)),
    preset: options.preset,
    storyboard: storyboardPlan(largest, frameRate, expectedSeconds),
    renditions,
  };
}

function frameSizeOf(stream: VideoStream): VideoPlan["frameSize"] {
  const { height, mirrored, pixelFormat, rotation, width } = stream;
  if (rotation !== 0 || mirrored) return null;
  return { width, height, multiple: /^yuvj?41[01]p/.test(pixelFormat ?? "") ? 4 : 2 };
}

function audioPlan(
  stream: AudioStream,
  index: number,
  { info, start, options, fillTo, taken }: Context & { readonly taken: readonly string[] },
): AudioRenditionPlan {
  return {
    id: `a${index + 1}`,
    streamIndex: stream.index,
    language: canonicalLanguage(stream.language),
    name: trackName(stream, "Audio", taken),
    default: index === 0,
    describesPicture: stream.describesPicture,
    channels: 2,
    sourceChannels: stream.channels,
    sampleRate: 48000,
    bitRate: options.audioBitRate,
    padToSeconds: fillTo,
    loudness: null,
    zero: zeroOf(stream, start, info),
  };
}

/** The default film, else the first; of equals the larger. Covers are no films. */
function choosePicture(info: MediaInfo): VideoStream | null {
  const films = info.video.filter((stream) => !stream.attachedPicture && stream.decodable);
  return films.find((stream) => stream.default) ?? films[0] ?? null;
}

/** A broadcast may carry several programmes: what belongs to another one than the picture is not this film's. */
function belongingTo(picture: VideoStream | null, info: MediaInfo): MediaInfo {
  const ours = info.programmes.filter((streams) => picture !== null && streams.includes(picture.index)).flat();
  if (ours.length === 0) return info;
  const others = new Set(info.programmes.flat().filter((index) => !ours.includes(index)));
  const own = ({ index }: { readonly index: number }) => !others.has(index);
  return { ...info, audio: info.audio.filter(own), subtitles: info.subtitles.filter(own) };
}

function chooseSounds(info: MediaInfo, most: number): AudioStream[] {
  const decodable = info.audio.filter((stream) => stream.decodable);
  return decodable.toSorted((a, b) => Number(b.default) - Number(a.default)).slice(0, most);
}

/** Anything that may hold fields; frames that are not marked as interlaced pass untouched. */
function isInterlaced(stream: VideoStream): boolean {
  if (stream.fieldOrder === "progressive") return false;
  return stream.fieldOrder !== null || INTERLACEABLE.has(stream.codec);
}

function leftOut(info: MediaInfo, chosen: readonly (VideoStream | AudioStream)[]): MediaWarning[] {
  const used = new Set(chosen.map((stream) => stream.index));
  const films = info.video.filter((stream) => !stream.attachedPicture);
  return [...films, ...info.audio]
    .filter((stream) => !used.has(stream.index))
    .map((stream) => ({
      streamIndex: stream.index,
      code: stream.decodable ? "TRACK_LEFT_OUT" : "TRACK_NOT_DECODABLE",
      detail: `${"width" in stream ? "video" : "audio"} ${stream.codec}`,
    }));
}

function nothingToEncode(info: MediaInfo): MediaError {
  const streams = [...info.video.filter((stream) => !stream.attachedPicture), ...info.audio];
  if (streams.length === 0) return new MediaError("NO_PLAYABLE_STREAM", `neither picture nor sound in ${info.format}`);
  return new MediaError("UNSUPPORTED_CODEC", `no decoder for ${streams.map((stream) => stream.codec).join(", ")}`);
}

function beyond(other: number | null, own: number | null): number | null {
  return other !== null && own !== null && other > own + SAME_END ? other : null;
}

function latest(ends: readonly (number | null)[]): number | null {
  const known = ends.filter((end) => end !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function plausible(seconds: number | null, limit: number): number | null {
  return seconds !== null && seconds <= limit ? seconds : null;
}

function withHash(plan: Omit<EncodePlan, "hash">): EncodePlan {
  return { ...plan, hash: createHash("sha256").update(canonical(plan)).digest("hex") };
}

/** JSON with sorted keys: a plan that went through a database column keeps its hash. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

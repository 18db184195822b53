import { fraction, parsePositiveFraction, toNumber } from "../fraction.ts";
import { audioCodecAllowed, subtitleCodecAllowed, videoCodecAllowed } from "../guards.ts";
import type { AudioStream, Chapter, MediaInfo, SubtitleStream, VideoStream } from "../types.ts";

type Json = Readonly<Record<string, unknown>>;

const MICROSECONDS = fraction(1, 1_000_000);
/** More of them tells a player nothing, and the information is kept in a database column. */
const MAX_CHAPTERS = 500;
const MAX_TEXT = 200;

/** ffprobe's JSON (`-show_format -show_streams -show_chapters`) as a MediaInfo. Tolerates anything missing. */
export function parseProbe(json: unknown, decodable: ReadonlySet<string>): MediaInfo {
  const root = object(json);
  const format = object(root.format);
  const streams = list(root.streams).map(object);
  const video = streams.filter((s) => s.codec_type === "video");
  const audio = streams.filter((s) => s.codec_type === "audio");
  const subtitles = streams.filter((s) => s.codec_type === "subtitle");
  return {
    version: 1,
    format: text(format.format_name) ?? "",
    durationSeconds: positive(format.duration),
    startSeconds: number(format.start_time),
    bitRate: positive(format.bit_rate),
    video: video.map((s) => videoStream(s, decodable)),
    audio: audio.map((s) => audioStream(s, decodable)),
    subtitles: subtitles.map((s) => subtitleStream(s, decodable)),
    otherCount: streams.length - video.length - audio.length - subtitles.length,
    chapters: list(root.chapters).slice(0, MAX_CHAPTERS).map(object).flatMap(chapter),
    programmes: list(root.programs).map(object).map(programme),
    encrypted: streams.some(isEncrypted),
  };
}

function programme(p: Json): number[] {
  return list(p.streams)
    .map(object)
    .map((stream) => count(stream.index));
}

function videoStream(s: Json, decodable: ReadonlySet<string>): VideoStream {
  const codec = text(s.codec_name) ?? "unknown";
  const width = count(s.width);
  const height = count(s.height);
  const sampleAspect = parsePositiveFraction(s.sample_aspect_ratio) ?? fraction(1, 1);
  const { rotation, mirrored } = orientation(s);
  const shownWidth = Math.max(1, Math.round(width * toNumber(sampleAspect)));
  const turned = rotation % 180 === 90;
  const pixelFormat = text(s.pix_fmt);
  return {
    index: count(s.index),
    codec,
    profile: text(s.profile),
    width,
    height,
    sampleAspect,
    rotation,
    mirrored,
    displayWidth: turned ? height : shownWidth,
    displayHeight: turned ? shownWidth : height,
    baseFrameRate: parsePositiveFraction(s.r_frame_rate),
    averageFrameRate: parsePositiveFraction(s.avg_frame_rate),
    pixelFormat,
    bitDepth: bitDepth(pixelFormat, s.bits_per_raw_sample),
    colour: {
      transfer: colour(s.color_transfer),
      primaries: colour(s.color_primaries),
      space: colour(s.color_space),
      range: colour(s.color_range),
    },
    fieldOrder: colour(s.field_order),
    timeBase: parsePositiveFraction(s.time_base) ?? MICROSECONDS,
    startPts: integer(s.start_pts),
    durationSeconds: positive(s.duration) ?? tagDuration(s),
    frameCount: positive(s.nb_frames),
    attachedPicture: object(s.disposition).attached_pic === 1,
    default: object(s.disposition).default === 1,
    dolbyVisionOnly: isDolbyVisionOnly(s),
    decodable: width > 0 && height > 0 && videoCodecAllowed(codec) && decodable.has(codec),
  };
}

function audioStream(s: Json, decodable: ReadonlySet<string>): AudioStream {
  const codec = text(s.codec_name) ?? "unknown";
  const tags = object(s.tags);
  const channels = count(s.channels);
  const sampleRate = count(s.sample_rate);
  return {
    index: count(s.index),
    codec,
    channels,
    sampleRate,
    language: language(tags),
    title: text(tags.title),
    default: object(s.disposition).default === 1,
    timeBase: parsePositiveFraction(s.time_base) ?? MICROSECONDS,
    startPts: integer(s.start_pts),
    durationSeconds: positive(s.duration) ?? tagDuration(s),
    describesPicture: object(s.disposition).visual_impaired === 1,
    decodable: channels > 0 && sampleRate > 0 && audioCodecAllowed(codec) && decodable.has(codec),
  };
}

function subtitleStream(s: Json, decodable: ReadonlySet<string>): SubtitleStream {
  const codec = text(s.codec_name) ?? "unknown";
  const tags = object(s.tags);
  const disposition = object(s.disposition);
  return {
    index: count(s.index),
    codec,
    language: language(tags),
    title: text(tags.title),
    default: disposition.default === 1,
    forced: disposition.forced === 1,
    hearingImpaired: disposition.hearing_impaired === 1,
    text: subtitleCodecAllowed(codec) && decodable.has(codec),
  };
}

function language(tags: Json): string | null {
  const named = text(tags.language);
  return named === "und" ? null : named;
}

function chapter(c: Json): Chapter[] {
  const startSeconds = number(c.start_time);
  const endSeconds = number(c.end_time);
  if (startSeconds === null || endSeconds === null || endSeconds <= startSeconds) return [];
  return [{ startSeconds, endSeconds, title: text(object(c.tags).title) }];
}

/** ffprobe's "rotation" is counter-clockwise; a matrix with a negative determinant also mirrors. */
function orientation(s: Json): { rotation: number; mirrored: boolean } {
  const matrix = list(s.side_data_list)
    .map(object)
    .find((d) => d.side_data_type === "Display Matrix");
  if (!matrix) return { rotation: 0, mirrored: false };
  const rotation = (((-(number(matrix.rotation) ?? 0) % 360) + 360) % 360) + 0;
  const rows = String(matrix.displaymatrix ?? "")
    .trim()
    .split("\n")
    .map((row) => row.replace(/^\d+:/, "").trim().split(/\s+/).map(Number));
  const [a = 1, b = 0] = rows[0] ?? [];
  const [c = 0, d = 1] = rows[1] ?? [];
  return { rotation, mirrored: a * d - b * c < 0 };
}

function isDolbyVisionOnly(s: Json): boolean {
  const record = list(s.side_data_list)
    .map(object)
    .find((d) => d.side_data_type === "DOVI configuration record");
  // Profile 10 is AV1's, with or without such a layer.
  const alone = record?.dv_profile === 10 && record.dv_bl_signal_compatibility_id === 0;
  return alone || record?.dv_profile === 5;
}

const ENCRYPTED_TAGS = new Set(["encv", "enca", "drmi", "drms", "p608"]);

function isEncrypted(s: Json): boolean {
  if (ENCRYPTED_TAGS.has(String(s.codec_tag_string))) return true;
  return list(s.side_data_list).some((d) => /^Encryption/.test(String(object(d).side_data_type)));
}

function bitDepth(pixelFormat: string | null, raw: unknown): number | null {
  const named = /p0?(9|10|12|14|16)(?:le|be)?$/.exec(pixelFormat ?? "")?.[1];
  return named ? Number(named) : (positive(raw) ?? (pixelFormat ? 8 : null));
}

/** Matroska's own, "00:00:05.005000000": where the stream ends, counted from the file's zero, not how long it is. */
function tagDuration(s: Json): number | null {
  const match = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text(object(s.tags).DURATION) ?? "");
  if (!match) return null;
  const end = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]);
  const seconds = end - Math.max(0, number(s.start_time) ?? 0);
  return seconds > 0 ? seconds : null;
}

function colour(value: unknown): string | null {
  const name = text(value);
  return name === null || name === "unknown" || name === "unspecified" ? null : name;
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Bounded, and without control characters: it comes from the file and goes into records. */
function text(value: unknown): string | null {
  if (typeof value !== "string") return null;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
  const clean = value.replaceAll(/[\u0000-\u001f\u007f]+/g, " ").trim();
  return clean === "" ? null : clean.slice(0, MAX_TEXT);
}

function number(value: unknown): number | null {
  if (typeof value !== "number" && typeof value !== "string") return null;
  const parsed = value === "" ? Number.NaN : Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}

function positive(value: unknown): number | null {
  const parsed = number(value);
  return parsed !== null && parsed > 0 ? parsed : null;
}

function integer(value: unknown): number | null {
  const parsed = number(value);
  return parsed !== null && Number.isSafeInteger(parsed) ? parsed : null;
}

function count(value: unknown): number {
  return Math.max(0, integer(value) ?? 0);
}

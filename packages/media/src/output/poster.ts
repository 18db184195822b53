import { readFile } from "node:fs/promises";
import { toNumber } from "../fraction.ts";
import { inputGuards } from "../guards.ts";
import { limitsWith } from "../limits.ts";
import type { EncodedRendition, EncodedVideo, Poster, SegmentFile } from "../result-types.ts";
import { failureOf } from "../run/failure.ts";
import { collect, run } from "../run/run.ts";
import type { MediaLimits, MediaTools } from "../types.ts";
import { writeOutput } from "./write-output.ts";

export const POSTER_NAME = "poster.jpg";
/** Where to look for a good picture, as shares of the length, in this order. */
const PLACES = [0.1, 0.3, 0.5, 0.7, 0];
/** Pictures compared at a place: the key frames of some segments in a row, which cost next to nothing to decode. */
const SEGMENTS = 4;
/** In a film of fewer segments: so many pictures of one, two a second. */
const FEW_SEGMENTS = 8;
const CANDIDATES = 8;
/** Limited-range luma: 16 is black. A picture is good if it is brighter than nearly black and not of one grey. */
const MIN_BRIGHTNESS = 32;
const MIN_CONTRAST = 24;
const MAX_JPEG = 32 * 1024 * 1024;

/** A rendition with the segments that are there by now. */
export type PosterSource = Pick<EncodedVideo, "init" | "segments" | "width" | "height" | "frameRate">;

interface PictureOptions {
  readonly tools: MediaTools;
  readonly outDir: string;
  readonly signal: AbortSignal;
  readonly limits?: Partial<MediaLimits>;
}

interface PosterOptions extends PictureOptions {
  readonly renditions: readonly EncodedRendition[];
}

interface Candidate {
  readonly jpeg: Buffer;
  readonly brightness: number;
  readonly contrast: number;
  readonly atSeconds: number;
}

/**
 * Takes `poster.jpg` from the largest video rendition (so colours, rotation and proportions are settled), around a
 * tenth of its length; elsewhere if that is black or blank. Null where there is no picture at all.
 */
export async function makePoster(options: PosterOptions): Promise<Poster | null> {
  const video = options.renditions.find((rendition) => rendition.kind === "video");
  if (!video) return null;
  let best: Candidate | null = null;
  for (const index of segmentsToTry(video)) {
    const candidate = await takePicture(video, index, options);
    if (candidate && (!best || score(candidate) > score(best))) best = candidate;
    if (best && isGood(best)) break;
  }
  return best && (await writePoster(video, best, options));
}

/** Which segments of a film of so many the first look is at, as first and end; null where it is too short for a look ahead. */
export function earlyStretch(segments: number): readonly [first: number, end: number] | null {
  const first = Math.floor((PLACES[0] ?? 0) * segments);
  return segments < FEW_SEGMENTS ? null : [first, first + SEGMENTS];
}

/**
 * The same as `makePoster` while the film is still being made, from the first of the places alone: `video` has the
 * segments of `earlyStretch` and no more. Null where its picture is not good enough.
 */
export async function makeEarlyPoster(video: PosterSource, options: PictureOptions): Promise<Poster | null> {
  const candidate = await takeBest(video, video.segments, true, options);
  return candidate && isGood(candidate) ? await writePoster(video, candidate, options) : null;
}

async function writePoster(
  { width, height }: PosterSource,
  { jpeg, atSeconds }: Candidate,
  { outDir }: PictureOptions,
): Promise<Poster> {
  return { file: await writeOutput(outDir, POSTER_NAME, jpeg, "image/jpeg"), width, height, atSeconds };
}

function isGood({ brightness, contrast }: Candidate): boolean {
  return brightness >= MIN_BRIGHTNESS && contrast >= MIN_CONTRAST;
}

function score(candidate: Candidate): number {
  return Math.min(candidate.brightness, MIN_BRIGHTNESS) + candidate.contrast;
}

/** Indices into `segments`, each once. */
function segmentsToTry(video: EncodedVideo): number[] {
  const places = PLACES.map((share) => Math.min(video.segments.length - 1, Math.floor(share * video.segments.length)));
  return [...new Set(places)];
}

/** Reads init and media segments from stdin, writes one JPEG to stdout, and its brightness to the log. Pure. */
function posterArgs(frameRate: number, keyFrames: boolean, limits: MediaLimits): string[] {
  const every = Math.max(1, Math.round(frameRate / 2));
  const filters = [
    ...(keyFrames ? [] : [`select=not(mod(n\\,${every}))`]),
    `thumbnail=n=${keyFrames ? SEGMENTS : CANDIDATES}`,
    "signalstats",
    "metadata=mode=print",
    // JPEG has one matrix and one range.
    "scale=out_color_matrix=bt601:out_range=pc:flags=bicubic",
    "format=yuvj420p",
  ];
  return [
    ...["-hide_banner", "-nostats", "-v", "level+info", "-copyts", ...inputGuards("pipe", limits)],
    ...(keyFrames ? ["-skip_frame", "nokey"] : []),
    ...["-f", "mp4", "-i", "pipe:0", "-map", "0:v:0", "-vf", filters.join(","), "-fps_mode", "passthrough"],
    ...["-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-f", "mjpeg", "pipe:1"],
  ];
}

function takePicture(video: PosterSource, index: number, options: PictureOptions): Promise<Candidate | null> {
  const keyFrames = video.segments.length >= FEW_SEGMENTS;
  return takeBest(video, video.segments.slice(index, index + (keyFrames ? SEGMENTS : 1)), keyFrames, options);
}

async function takeBest(
  { frameRate, init }: PosterSource,
  segments: readonly SegmentFile[],
  keyFrames: boolean,
  options: PictureOptions,
): Promise<Candidate | null> {
  const limits = limitsWith(options.limits);
  if (segments.length === 0) return null;
  const found = { brightness: 0, lowest: 0, highest: 0, atSeconds: 0 };
  const running = run({
    file: options.tools.ffmpeg,
    args: posterArgs(toNumber(frameRate), keyFrames, limits),
    signal: options.signal,
    timeoutMs: limits.checkTimeoutMs,
    memoryBytes: limits.memoryBytes,
    input: await Promise.all([init, ...segments].map(({ path }) => readFile(path))),
    onLine: (line) => {
      found.brightness = numberAfter("lavfi.signalstats.YAVG=", line) ?? found.brightness;
      found.lowest = numberAfter("lavfi.signalstats.YLOW=", line) ?? found.lowest;
      found.highest = numberAfter("lavfi.signalstats.YHIGH=", line) ?? found.highest;
      found.atSeconds = numberAfter("pts_time:", line) ?? found.atSeconds;
    },
  });
  const [jpeg, result] = await Promise.all([collect(running.stdout, MAX_JPEG, running.kill), running.done]);
  if (result.exitCode !== 0) throw failureOf("poster", result);
  if (jpeg.length === 0) return null;
  return { jpeg, brightness: found.brightness, contrast: found.highest - found.lowest, atSeconds: found.atSeconds };
}

function numberAfter(label: string, line: string): number | null {
  const at = line.indexOf(label);
  const value = at < 0 ? Number.NaN : Number.parseFloat(line.slice(at + label.length));
  return Number.isFinite(value) ? value : null;
}

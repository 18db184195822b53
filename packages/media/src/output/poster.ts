import { readFile } from "node:fs/promises";
import { toNumber } from "../fraction.ts";
import { inputGuards } from "../guards.ts";
import { limitsWith } from "../limits.ts";
import type { EncodedRendition, EncodedVideo, Poster } from "../result-types.ts";
import { failureOf } from "../run/failure.ts";
import { collect, run } from "../run/run.ts";
import type { MediaLimits, MediaTools } from "../types.ts";
import { writeOutput } from "./write-output.ts";

export const POSTER_NAME = "poster.jpg";
/** Where to look for a good picture, as shares of the length, in this order. */
const PLACES = [0.1, 0.3, 0.5, 0.7, 0];
/** Pictures compared in one segment, two a second. */
const CANDIDATES = 8;
/** Limited-range luma: 16 is black. A picture is good if it is brighter than nearly black and not of one grey. */
const MIN_BRIGHTNESS = 32;
const MIN_CONTRAST = 24;
const MAX_JPEG = 32 * 1024 * 1024;

interface PosterOptions {
  readonly tools: MediaTools;
  readonly renditions: readonly EncodedRendition[];
  readonly outDir: string;
  readonly signal: AbortSignal;
  readonly limits?: Partial<MediaLimits>;
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
    if (best && best.brightness >= MIN_BRIGHTNESS && best.contrast >= MIN_CONTRAST) break;
  }
  if (!best) return null;
  const file = await writeOutput(options.outDir, POSTER_NAME, best.jpeg, "image/jpeg");
  return { file, width: video.width, height: video.height, atSeconds: best.atSeconds };
}

function score(candidate: Candidate): number {
  return Math.min(candidate.brightness, MIN_BRIGHTNESS) + candidate.contrast;
}

/** Indices into `segments`, each once. */
function segmentsToTry(video: EncodedVideo): number[] {
  const places = PLACES.map((share) => Math.min(video.segments.length - 1, Math.floor(share * video.segments.length)));
  return [...new Set(places)];
}

/** Reads init and media segment from stdin, writes one JPEG to stdout, and its brightness to the log. Pure. */
function posterArgs(frameRate: number, limits: MediaLimits): string[] {
  const every = Math.max(1, Math.round(frameRate / 2));
  const filters = [
    `select=not(mod(n\\,${every}))`,
    `thumbnail=n=${CANDIDATES}`,
    "signalstats",
    "metadata=mode=print",
    // JPEG has one matrix and one range.
    "scale=out_color_matrix=bt601:out_range=pc:flags=bicubic",
    "format=yuvj420p",
  ];
  return [
    ...["-hide_banner", "-nostats", "-v", "level+info", "-copyts", ...inputGuards("pipe", limits)],
    ...["-f", "mp4", "-i", "pipe:0", "-map", "0:v:0", "-vf", filters.join(","), "-fps_mode", "passthrough"],
    ...["-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-f", "mjpeg", "pipe:1"],
  ];
}

async function takePicture(video: EncodedVideo, index: number, options: PosterOptions): Promise<Candidate | null> {
  const limits = limitsWith(options.limits);
  const segment = video.segments[index];
  if (!segment) return null;
  const found = { brightness: 0, lowest: 0, highest: 0, atSeconds: 0 };
  const running = run({
    file: options.tools.ffmpeg,
    args: posterArgs(toNumber(video.frameRate), limits),
    signal: options.signal,
    timeoutMs: limits.checkTimeoutMs,
    memoryBytes: limits.memoryBytes,
    input: [await readFile(video.init.path), await readFile(segment.path)],
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

import { readFile, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { allEnded } from "../all-ended.ts";
import { toNumber } from "../fraction.ts";
import { inputGuards } from "../guards.ts";
import { limitsWith } from "../limits.ts";
import type { EncodedRendition, EncodeResult, SegmentFile, SubtitleTrack, Validation } from "../result-types.ts";
import { failureOf } from "../run/failure.ts";
import { run } from "../run/run.ts";
import type { MediaLimits, MediaTools } from "../types.ts";
import { parseMasterPlaylist, parseMediaPlaylist } from "./parse.ts";
import { MASTER_NAME, mediaPlaylistName } from "./playlists.ts";

/** Starts further from 0 than this are heard as out of sync. */
const MAX_START = 0.04;
/** Six decimals are written. */
const ROUNDING = 0.000_001;

const AAC_SAMPLES = 1024;
/** Seconds, and share of the whole. */
const SHORT_PACKETS = 0.25;
const SHORT_PACKETS_SHARE = 0.01;

interface ValidateOptions {
  readonly tools: MediaTools;
  readonly result: EncodeResult;
  /** As `writePlaylists` was given them. */
  readonly subtitles?: readonly SubtitleTrack[];
  /** SHA-256 of first and last segments that `decodes` found good while others were being made. */
  readonly decoded?: ReadonlySet<string>;
  readonly outDir: string;
  readonly signal: AbortSignal;
  readonly limits?: Partial<MediaLimits>;
}

/**
 * Checks what lies in `outDir` (after `writePlaylists`) as a player would see it: the playlists name every rendition
 * and every segment, each file has its size, lengths and starts agree, first and last segments decode without a
 * single error. Rejects after an abort, and with MediaError where a tool cannot be started, is killed or takes too long.
 */
export async function validateOutput(options: ValidateOptions): Promise<Validation> {
  const { result, outDir } = options;
  const problem =
    (await masterProblem(options)) ??
    (await firstProblem(result.renditions, (rendition) => playlistProblem(rendition, outDir))) ??
    (await subtitleProblem(options)) ??
    timingProblem(result) ??
    (await firstProblem(result.renditions, (rendition) => decodeProblem(rendition, options)));
  if (problem !== null) return { ok: false, problem };
  const durations = Object.fromEntries(result.renditions.map(({ id, durationSeconds }) => [id, durationSeconds]));
  return { ok: true, durationSeconds: result.durationSeconds, durations };
}

async function firstProblem(
  renditions: readonly EncodedRendition[],
  check: (rendition: EncodedRendition) => Promise<string | null>,
): Promise<string | null> {
  // Side by side: each is a short run of one thread, and waits for its start more than it works.
  const problems = await allEnded(renditions.map(check));
  const first = problems.findIndex((problem) => problem !== null);
  return first < 0 ? null : `${renditions[first]?.id}: ${problems[first]}`;
}

async function masterProblem({ result, outDir, subtitles = [] }: ValidateOptions): Promise<string | null> {
  const text = await readText(join(outDir, MASTER_NAME));
  if (text === null) return "no master playlist";
  const named = parseMasterPlaylist(text).toSorted();
  const expected = [...result.renditions, ...subtitles.map(({ plan }) => plan)]
    .map(({ id }) => mediaPlaylistName(id))
    .toSorted();
  if (named.join() === expected.join()) return null;
  return `the master playlist names ${named.join(", ")} instead of ${expected.join(", ")}`;
}

async function subtitleProblem({ outDir, subtitles = [] }: ValidateOptions): Promise<string | null> {
  for (const { plan } of subtitles) {
    const playlist = parseMediaPlaylist((await readText(join(outDir, mediaPlaylistName(plan.id)))) ?? "");
    const [only] = playlist.segments;
    const text = only && (await readText(join(outDir, plan.id, only.uri)));
    if (!playlist.ended || !text?.startsWith("WEBVTT\n")) return `${plan.id}: no subtitles where the playlist says`;
  }
  return null;
}

async function playlistProblem(rendition: EncodedRendition, outDir: string): Promise<string | null> {
  const name = mediaPlaylistName(rendition.id);
  const text = await readText(join(outDir, name));
  if (text === null) return "no playlist";
  const playlist = parseMediaPlaylist(text);
  const inFolder = (uri: string) => posix.join(posix.dirname(name), uri);
  if (!playlist.ended) return "the playlist has no end";
  if (playlist.map === null || inFolder(playlist.map) !== rendition.init.name) return "the playlist's init is another";
  if (playlist.segments.length !== rendition.segments.length) return "the playlist's segments are not all";
  let total = 0;
  for (const [i, file] of rendition.segments.entries()) {
    const listed = playlist.segments[i];
    if (!listed || inFolder(listed.uri) !== file.name) return `segment ${i + 1} in the playlist is another`;
    if (Math.round(listed.durationSeconds) > playlist.targetDuration) return `segment ${i + 1} exceeds the target`;
    total += listed.durationSeconds;
  }
  const tolerance = ROUNDING * (rendition.segments.length + 1);
  if (Math.abs(total - rendition.durationSeconds) > tolerance) {
    return `segments of ${total} s in a rendition of ${rendition.durationSeconds} s`;
  }
  return fileProblem(rendition);
}

async function fileProblem(rendition: EncodedRendition): Promise<string | null> {
  for (const file of [rendition.init, ...rendition.segments]) {
    const found = await stat(file.path).catch(() => null);
    if (found?.size !== file.bytes || file.bytes === 0) {
      return `${file.name} has ${found?.size ?? "no"} bytes, not ${file.bytes}`;
    }
  }
  return null;
}

/**
 * How long one frame lasts, and how far all of them may be from the duration: one picture. Sound that changes its kind
 * in mid-film has a packet or two of less than their length at each change.
 */
function frameSeconds(rendition: EncodedRendition): [number, number] {
  if (rendition.kind === "video") return [1 / toNumber(rendition.frameRate), 1 / toNumber(rendition.frameRate)];
  return [AAC_SAMPLES / rendition.sampleRate, SHORT_PACKETS + rendition.durationSeconds * SHORT_PACKETS_SHARE];
}

function timingProblem(result: EncodeResult): string | null {
  const videos = result.renditions.filter((rendition) => rendition.kind === "video");
  const frames = new Set(videos.map((video) => video.frames));
  if (frames.size > 1) return `renditions of ${[...frames].join(", ")} frames`;
  for (const rendition of result.renditions) {
    if (Math.abs(rendition.startSeconds) > MAX_START) return `${rendition.id} starts at ${rendition.startSeconds} s`;
    if (rendition.durationSeconds <= 0) return `${rendition.id} has no duration`;
  }
  const gap = result.renditions.find((rendition) => {
    const [frame, tolerance] = frameSeconds(rendition);
    return Math.abs(rendition.durationSeconds - rendition.frames * frame) > tolerance;
  });
  return gap ? `${gap.id}: ${gap.frames} frames in ${gap.durationSeconds} s` : null;
}

/** Decodes what comes on stdin and is content with nothing less than perfect. Pure. */
function checkArgs(limits: MediaLimits): string[] {
  return [
    ...["-hide_banner", "-nostats", "-v", "level+error", "-xerror", ...inputGuards("pipe", limits)],
    ...["-err_detect", "explode", "-f", "mp4", "-i", "pipe:0", "-map", "0", "-fps_mode", "passthrough"],
    ...["-f", "null", "-"],
  ];
}

async function decodeProblem(rendition: EncodedRendition, options: ValidateOptions): Promise<string | null> {
  const ends = new Set([...rendition.segments.slice(0, 1), ...rendition.segments.slice(-1)]);
  const segments = [...ends].filter(({ sha256 }) => !options.decoded?.has(sha256));
  const detail = segments.length === 0 ? null : await decodingError([rendition.init, ...segments], options);
  return detail === null ? null : `first or last segment does not decode: ${detail}`;
}

type CheckOptions = Pick<ValidateOptions, "tools" | "signal" | "limits">;

/** Whether a segment of a rendition decodes without a single error. Rejects as `validateOutput` does. */
export async function decodes(init: SegmentFile, segment: SegmentFile, options: CheckOptions): Promise<boolean> {
  return (await decodingError([init, segment], options)) === null;
}

async function decodingError(files: readonly SegmentFile[], options: CheckOptions): Promise<string | null> {
  const limits = limitsWith(options.limits);
  const running = run({
    file: options.tools.ffmpeg,
    args: checkArgs(limits),
    signal: options.signal,
    timeoutMs: limits.checkTimeoutMs,
    memoryBytes: limits.memoryBytes,
    input: await Promise.all(files.map((file) => readFile(file.path))),
  });
  running.stdout.resume();
  const ended = await running.done;
  if (ended.exitCode === 0 && ended.errors === 0) return null;
  // Killed, or out of time: that says nothing about the output.
  const failure = failureOf("check", ended);
  if (failure.passing || failure.code === "PROCESSING_TIMEOUT") throw failure;
  return ended.detail;
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}

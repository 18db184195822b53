import { inputGuards, inputName, SUBTITLE_DECODERS } from "../guards.ts";
import { limitsWith } from "../limits.ts";
import type { EncodePlan, MediaWarning, SubtitlePlan } from "../plan-types.ts";
import type { SubtitleTrack } from "../result-types.ts";
import { collect, FIRST_PIPE, run } from "../run/run.ts";
import type { MediaLimits, MediaTools } from "../types.ts";
import { parseCues } from "./webvtt.ts";

/** A day of somebody who speaks without a pause has a hundredth of it. */
const MAX_TRACK_BYTES = 16 * 1024 * 1024;

interface SubtitlesRequest {
  readonly tools: MediaTools;
  readonly plan: EncodePlan;
  readonly sourcePath: string;
  readonly signal: AbortSignal;
  readonly limits?: Partial<MediaLimits>;
}

export interface Subtitles {
  readonly tracks: readonly SubtitleTrack[];
  /** Tracks that could not be read, or hold nothing. */
  readonly warnings: readonly MediaWarning[];
}

/**
 * Reads the text subtitles of a plan as cues, in one pass over the file that decodes neither sound nor picture (one pass
 * a track where one of them is bad). It may run beside the encode. A track that cannot be read is a warning.
 * Rejects only after an abort, with its reason.
 */
export async function readSubtitles(request: SubtitlesRequest): Promise<Subtitles> {
  const { subtitles } = request.plan;
  if (subtitles.length === 0) return { tracks: [], warnings: [] };
  const texts: (string | null)[] = (await readTracks(request, subtitles)) ?? [];
  // One bad track takes the others down with it. One after the other: the encode needs the processors.
  if (texts.length === 0) for (const plan of subtitles) texts.push((await readTracks(request, [plan]))?.[0] ?? null);
  const tracks: SubtitleTrack[] = [];
  const warnings: MediaWarning[] = [];
  for (const [i, plan] of subtitles.entries()) {
    const text = texts[i] ?? null;
    const cues = text === null ? [] : parseCues(text, request.plan.zeroSeconds);
    if (cues.length > 0) tracks.push({ plan, cues });
    else {
      const detail = text === null ? "subtitles that cannot be read" : "subtitles without a text";
      warnings.push({ streamIndex: plan.streamIndex, code: "TRACK_NOT_DECODABLE", detail });
    }
  }
  return { tracks, warnings };
}

/** One pipe a track. Pure. */
function subtitleArgs(plan: EncodePlan, tracks: readonly SubtitlePlan[], source: string, limits: MediaLimits) {
  return [
    ...["-hide_banner", "-nostdin", "-nostats", "-v", "level+error"],
    ...(plan.copyTimestamps ? ["-copyts"] : []),
    ...inputGuards("file", limits),
    ...["-codec_whitelist:s", SUBTITLE_DECODERS, "-i", inputName({ path: source })],
    ...tracks.flatMap(({ streamIndex }, i) => {
      return ["-map", `0:${streamIndex}`, "-c:s", "webvtt", "-f", "webvtt", `pipe:${FIRST_PIPE + i}`];
    }),
  ];
}

/** The text of each track; null where ffmpeg fails or says too much. */
async function readTracks(request: SubtitlesRequest, tracks: readonly SubtitlePlan[]): Promise<string[] | null> {
  const limits = limitsWith(request.limits);
  const running = run({
    file: request.tools.ffmpeg,
    args: subtitleArgs(request.plan, tracks, request.sourcePath, limits),
    signal: request.signal,
    timeoutMs: limits.encodeTimeoutMs,
    memoryBytes: limits.memoryBytes,
    pipes: tracks.length,
    hidden: inputName({ path: request.sourcePath }),
  });
  running.stdout.resume();
  let tooMuch = false;
  const stop = () => {
    tooMuch = true;
    running.kill();
  };
  const reading = Promise.all(running.pipes.map((pipe) => collect(pipe, MAX_TRACK_BYTES, stop)));
  const [{ exitCode }, texts] = await Promise.all([running.done, reading]);
  return exitCode === 0 && !tooMuch ? texts.map((text) => text.toString("utf8")) : null;
}

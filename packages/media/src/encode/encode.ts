import { rm } from "node:fs/promises";
import { join } from "node:path";
import { MediaError } from "../error.ts";
import { limitsWith } from "../limits.ts";
import { bandwidthOf } from "../output/bandwidth.ts";
import { worthwhile } from "../output/rungs.ts";
import { writeStoryboard } from "../output/storyboard.ts";
import { type Lengths, refilled } from "../plan/fill.ts";
import { planWith, withoutStreams } from "../plan/plan.ts";
import type { EncodePlan, MediaWarning } from "../plan-types.ts";
import type { EncodedRendition, EncodeRequest, EncodeResult } from "../result-types.ts";
import type { MediaLimits } from "../types.ts";
import { renditionIds } from "./args.ts";
import { type PassResult, runPass } from "./pass.ts";
import type { SplitResult } from "./split.ts";
import { findUndecodable } from "./trial.ts";
import { undecodableStreams, warningsOf } from "./verdict.ts";

/** A pass that shows what is too short, one that measures (where a header had lied), one that fills up. */
const MAX_PASSES = 3;

/**
 * Encodes every rendition of a plan in one process and leaves init and media segments in `outDir`.
 * A track that cannot be decoded is left out; the plan that comes back says so.
 * Rejects with MediaError; after an abort with the signal's reason, when ffmpeg is dead.
 */
export async function encode(request: EncodeRequest): Promise<EncodeResult> {
  const limits = limitsWith(request.limits);
  let { plan, pass } = await passWithoutBadTracks(request, limits);
  for (let n = 1; n < MAX_PASSES; n += 1) {
    const parts = refilled(plan, lengthsOf(pass));
    if (!parts) break;
    plan = planWith(plan, parts);
    request.onRestart?.();
    await removeFolders(request.outDir, renditionIds(plan));
    pass = await runPass(request, plan, limits);
  }
  const written = new Set([...pass.splits].flatMap(([id, split]) => (split ? [id] : [])));
  const bad = undecodableStreams(plan, pass.decoded, written);
  const kept = bad.length === 0 ? plan : withoutStreams(plan, bad);
  if (!kept) throw nothingDecoded(bad, pass);
  // Beginnings of tracks that were given up leave no files behind.
  const keptIds = new Set(renditionIds(kept));
  await removeFolders(
    request.outDir,
    renditionIds(plan).filter((id) => !keptIds.has(id)),
  );
  const made = describe(kept, pass);
  const renditions = worthwhile(made);
  const published = new Set(renditions.map(({ id }) => id));
  const dropped = made.map(({ id }) => id).filter((id) => !published.has(id));
  await removeFolders(request.outDir, dropped);
  const drawn = { frames: framesOf(renditions), pictures: pass.pictures };
  const storyboard = await writeStoryboard(kept.video, drawn, { ...request, limits });
  return {
    plan: kept,
    renditions,
    durationSeconds: Math.max(...renditions.map((rendition) => rendition.durationSeconds)),
    storyboard,
    decoded: pass.decoded,
    warnings: [...kept.leftOut, ...warningsOf(kept, renditions, pass.log)],
  };
}

/** Only of what was written; 0 and an empty map stand for nothing. */
function lengthsOf({ splits }: PassResult): Lengths {
  const written = [...splits].flatMap(([id, split]) => (split ? [[id, split.durationSeconds] as const] : []));
  const audio = new Map(written.filter(([id]) => id.startsWith("a")));
  return { video: written.find(([id]) => !audio.has(id))?.[1] ?? 0, audio };
}

/** One bad track can keep ffmpeg from starting; then the others get a second run without it. */
async function passWithoutBadTracks(
  request: EncodeRequest,
  limits: MediaLimits,
): Promise<{ plan: EncodePlan; pass: PassResult }> {
  let announced = false;
  const watched: EncodeRequest = {
    ...request,
    onSegment: (file) => {
      announced = true;
      request.onSegment?.(file);
    },
  };
  try {
    return { plan: request.plan, pass: await runPass(watched, request.plan, limits) };
  } catch (error) {
    const single = request.plan.audio.length + (request.plan.video ? 1 : 0) === 1;
    const final = !(error instanceof MediaError) || error.passing || error.code === "PROCESSING_TIMEOUT";
    if (final || single) throw error;
    const bad = await findUndecodable(request, request.plan, limits);
    const plan = bad.length === 0 ? null : withoutStreams(request.plan, bad);
    if (!plan) throw error;
    if (announced) {
      request.onRestart?.();
      await removeFolders(request.outDir, renditionIds(request.plan));
    }
    return { plan, pass: await runPass(request, plan, limits) };
  }
}

function describe(plan: EncodePlan, { splits }: PassResult): EncodedRendition[] {
  const videos = (plan.video?.renditions ?? []).map(({ id, width, height }): EncodedRendition => {
    const base = described(id, splits);
    const frameRate = plan.video?.frameRate ?? { num: 0, den: 1 };
    return { kind: "video", ...base, width, height, frameRate };
  });
  const audios = plan.audio.map((track): EncodedRendition => {
    const { id, channels, sampleRate, language, name, default: preferred, describesPicture } = track;
    const said = { channels, sampleRate, language, name, default: preferred, describesPicture };
    return { kind: "audio", ...described(id, splits), ...said };
  });
  return [...videos, ...audios];
}

function framesOf(renditions: readonly EncodedRendition[]): number {
  return renditions.find((rendition) => rendition.kind === "video")?.frames ?? 0;
}

function described(id: string, splits: PassResult["splits"]) {
  const split: SplitResult | null | undefined = splits.get(id);
  if (!split) throw new MediaError("ENCODE_FAILED", `rendition ${id} is empty`);
  const { init, segments, durationSeconds, startSeconds, facts, samples } = split;
  const { peak, average } = bandwidthOf(segments);
  return {
    ...{ id, init, segments, durationSeconds, startSeconds, codec: facts.codec, frames: samples },
    ...{ peakBitRate: peak, averageBitRate: average },
  };
}

async function removeFolders(outDir: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) await rm(join(outDir, id), { recursive: true, force: true });
}

function nothingDecoded(bad: readonly MediaWarning[], pass: PassResult): MediaError {
  const packets = pass.decoded.reduce((sum, stream) => sum + stream.packets, 0);
  const detail = [...bad.map((warning) => warning.detail), pass.log.detail].join("\n");
  return new MediaError(packets === 0 ? "NO_PLAYABLE_STREAM" : "SOURCE_UNREADABLE", detail);
}

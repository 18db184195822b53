import { rm } from "node:fs/promises";
import { join } from "node:path";
import { MediaError } from "../error.ts";
import { limitsWith } from "../limits.ts";
import { bandwidthOf } from "../output/bandwidth.ts";
import { withoutStreams } from "../plan/plan.ts";
import type { EncodePlan, MediaWarning } from "../plan-types.ts";
import type { EncodedRendition, EncodeRequest, EncodeResult } from "../result-types.ts";
import type { MediaLimits } from "../types.ts";
import { type PassResult, runPass } from "./pass.ts";
import type { SplitResult } from "./split.ts";
import { findUndecodable } from "./trial.ts";
import { undecodableStreams, warningsOf } from "./verdict.ts";

/**
 * Encodes every rendition of a plan in one process and leaves init and media segments in `outDir`.
 * A track that cannot be decoded is left out; the plan that comes back says so.
 * Rejects with MediaError; after an abort with the signal's reason, when ffmpeg is dead.
 */
export async function encode(request: EncodeRequest): Promise<EncodeResult> {
  const limits = limitsWith(request.limits);
  const { plan, pass } = await passWithoutBadTracks(request, limits);
  const written = new Set([...pass.splits].flatMap(([id, split]) => (split ? [id] : [])));
  const bad = undecodableStreams(plan, pass.decoded, written);
  const kept = bad.length === 0 ? plan : withoutStreams(plan, bad);
  if (!kept) throw nothingDecoded(bad, pass);
  await removeFolders(request.outDir, plan, kept);

  const renditions = describe(kept, pass);
  return {
    plan: kept,
    renditions,
    durationSeconds: Math.max(...renditions.map((rendition) => rendition.durationSeconds)),
    decoded: pass.decoded,
    warnings: [...kept.leftOut, ...warningsOf(kept, renditions, pass.log)],
  };
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
    if (final || announced || single) throw error;
    const bad = await findUndecodable(request, request.plan, limits);
    const plan = bad.length === 0 ? null : withoutStreams(request.plan, bad);
    if (!plan) throw error;
    return { plan, pass: await runPass(request, plan, limits) };
  }
}

function describe(plan: EncodePlan, { splits }: PassResult): EncodedRendition[] {
  const videos = (plan.video?.renditions ?? []).map(({ id, width, height }): EncodedRendition => {
    const { base, split } = described(id, splits);
    const frameRate = plan.video?.frameRate ?? { num: 0, den: 1 };
    return { kind: "video", ...base, width, height, frameRate, frames: split.samples };
  });
  const audios = plan.audio.map(({ id, channels, language, name, default: preferred }): EncodedRendition => {
    return { kind: "audio", ...described(id, splits).base, channels, language, name, default: preferred };
  });
  return [...videos, ...audios];
}

function described(id: string, splits: PassResult["splits"]) {
  const split: SplitResult | null | undefined = splits.get(id);
  if (!split) throw new MediaError("ENCODE_FAILED", `rendition ${id} is empty`);
  const { init, segments, durationSeconds, startSeconds, facts } = split;
  const { peak, average } = bandwidthOf(segments);
  const base = {
    ...{ id, init, segments, durationSeconds, startSeconds, codec: facts.codec },
    ...{ peakBitRate: peak, averageBitRate: average },
  };
  return { base, split };
}

/** Beginnings of tracks that were given up leave no files behind. */
async function removeFolders(outDir: string, before: EncodePlan, after: EncodePlan): Promise<void> {
  const ids = (plan: EncodePlan) => [...(plan.video?.renditions ?? []), ...plan.audio].map(({ id }) => id);
  const kept = new Set(ids(after));
  for (const id of ids(before)) {
    if (!kept.has(id)) await rm(join(outDir, id), { recursive: true, force: true });
  }
}

function nothingDecoded(bad: readonly MediaWarning[], pass: PassResult): MediaError {
  const packets = pass.decoded.reduce((sum, stream) => sum + stream.packets, 0);
  const detail = [...bad.map((warning) => warning.detail), pass.log.detail].join("\n");
  return new MediaError(packets === 0 ? "NO_PLAYABLE_STREAM" : "SOURCE_UNREADABLE", detail);
}

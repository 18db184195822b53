import { type DescribedFile, describeFile } from "@lectern/forecast";
import {
  allEnded,
  assess,
  type EncodePlan,
  inspectFile,
  MediaError,
  type MediaInfo,
  planEncode,
  probe,
  readDensity,
  withLoudness,
} from "@lectern/media";
import { RunFailed } from "../endings.ts";
import type { EncodeStep, MediaSettings } from "../run-context.ts";
import type { SourceFile } from "./downloading.ts";

export interface PlannedFile extends SourceFile {
  info: MediaInfo;
  plan: EncodePlan;
  /** What the encode is expected to cost depends on it. */
  described: DescribedFile;
}

/** Learns what the file is, refuses what cannot be published whole, and decides everything about the encode. */
export const probing: EncodeStep<SourceFile, PlannedFile> = {
  name: "probing",
  async run({ media, signal, report, knows }, file) {
    const facts = await inspectFile(file.path);
    const probed = await probe(media.tools, { path: file.path }, { signal, limits: media.limits });
    const assessment = assess(probed, facts, media.limits);
    if (assessment.kind === "refuse") throw new RunFailed(assessment.code, assessment.detail);
    // Out of time on a local file, or killed: not the file's fault for certain, but not for ever either.
    if (probed.kind !== "media") throw new MediaError("ENCODE_FAILED", probed.detail, { passing: true });
    const info = await withDuration(probed.info, file.path, media, signal);
    const plan = planEncode(info, media.plan);
    knows(describeFile(file.source.size, info, plan));
    const [density, ready] = await allEnded([
      densityOf(plan, file.path, media, signal),
      normalised(plan, file.path, media, { signal, report }),
    ]);
    const described = describeFile(file.source.size, info, plan, density);
    knows(described);
    return { ...file, info, plan: ready, described };
  },
};

/** What browsers record says nothing of its length: then the packets are counted. */
async function withDuration(
  info: MediaInfo,
  sourcePath: string,
  { limits, plan: options, tools }: MediaSettings,
  signal: AbortSignal,
): Promise<MediaInfo> {
  const { audio, expectedSeconds, video } = planEncode(info, options);
  const streamIndex = video?.streamIndex ?? audio[0]?.streamIndex;
  if (expectedSeconds !== null || streamIndex === undefined) return info;
  const counted = await readDensity({ tools, sourcePath, streamIndex, durationSeconds: null, signal, limits });
  return counted === null || counted.seconds === 0 ? info : { ...info, durationSeconds: counted.seconds };
}

async function densityOf(
  { expectedSeconds, video }: EncodePlan,
  sourcePath: string,
  media: MediaSettings,
  signal: AbortSignal,
) {
  if (video === null || expectedSeconds === null) return null;
  const { limits, tools } = media;
  const { streamIndex } = video;
  return await readDensity({ tools, sourcePath, streamIndex, durationSeconds: expectedSeconds, signal, limits });
}

/** The step's percent is the measuring's: what comes before takes a moment. */
async function normalised(
  plan: EncodePlan,
  sourcePath: string,
  { limits, loudness: target, tools }: MediaSettings,
  { signal, report }: { signal: AbortSignal; report: (percent: number) => void },
) {
  if (target === null) return plan;
  const onProgress = (share: number) => report(100 * share);
  return await withLoudness(plan, { tools, sourcePath, target, signal, limits, onProgress });
}

import {
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
import { type DescribedFile, describeFile } from "../forecast/facts.ts";
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
    report(20);
    const probed = await probe(media.tools, { path: file.path }, { signal, limits: media.limits });
    const assessment = assess(probed, facts, media.limits);
    if (assessment.kind === "refuse") throw new RunFailed(assessment.code, assessment.detail);
    // Out of time on a local file, or killed: not the file's fault for certain, but not for ever either.
    if (probed.kind !== "media") throw new MediaError("ENCODE_FAILED", probed.detail, { passing: true });
    report(40);
    const plan = planEncode(probed.info, media.plan);
    knows(describeFile(file.source.size, probed.info, plan));
    const [density, ready] = await Promise.all([
      densityOf(plan, file.path, media, signal),
      normalised(plan, file.path, media, signal),
    ]);
    const described = describeFile(file.source.size, probed.info, plan, density);
    knows(described);
    return { ...file, info: probed.info, plan: ready, described };
  },
};

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

async function normalised(plan: EncodePlan, sourcePath: string, media: MediaSettings, signal: AbortSignal) {
  const { limits, loudness: target, tools } = media;
  if (target === null) return plan;
  return await withLoudness(plan, { tools, sourcePath, target, signal, limits });
}

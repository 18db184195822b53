import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type EncodeResult, encode, type MediaLimits } from "@lectern/media";
import { type EncodeStep, LEAST_ENCODE_MS, type MediaSettings } from "../run-context.ts";
import type { PlannedFile } from "./probing.ts";

export interface Encoded {
  file: PlannedFile;
  outDir: string;
  result: EncodeResult;
}

/** Makes all renditions; each segment goes into the store as soon as it is whole. */
export const transcoding: EncodeStep<PlannedFile, Encoded> = {
  name: "transcoding",
  async run({ media, publisher, report, scratch, signal }, file) {
    const outDir = join(scratch, "out");
    await mkdir(outDir);
    const result = await encode({
      tools: media.tools,
      plan: file.plan,
      sourcePath: file.path,
      outDir,
      signal,
      limits: limitsFor(file, media),
      onProgress: ({ doneSeconds, expectedSeconds }) => report(percentDone(doneSeconds, expectedSeconds)),
      onSegment: (segment) => publisher.add(segment),
    });
    const files = result.renditions.flatMap(({ init, segments }) => [init, ...segments]);
    const names = new Set(files.map(({ name }) => name));
    await publisher.retain((name) => names.has(name));
    return { file, outDir, result };
  },
};

/** A header that claims too little is no reason to break off, so a short claim still gets a long time. */
function limitsFor({ info }: PlannedFile, { limits, wallTimeFactor }: MediaSettings): Partial<MediaLimits> {
  if (info.durationSeconds === null) return limits;
  return { ...limits, encodeTimeoutMs: Math.max(LEAST_ENCODE_MS, info.durationSeconds * 1000 * wallTimeFactor) };
}

/** Where the length is not known the percent approaches 100 without ever getting there. */
function percentDone(doneSeconds: number, expectedSeconds: number | null): number {
  if (expectedSeconds !== null && expectedSeconds > 0) return (doneSeconds / expectedSeconds) * 100;
  return (doneSeconds / (doneSeconds + 600)) * 100;
}

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { workCurve } from "@lectern/forecast";
import { type EncodeResult, encode, type MediaLimits, readSubtitles, type Subtitles } from "@lectern/media";
import { type EncodeStep, LEAST_ENCODE_MS, type MediaSettings } from "../run-context.ts";
import { createEarly, type EarlyWork } from "./early.ts";
import type { PlannedFile } from "./probing.ts";

export interface Encoded {
  file: PlannedFile;
  outDir: string;
  result: EncodeResult;
  subtitles: Subtitles;
  early: EarlyWork;
}

/** Makes all renditions; each segment goes into the store as soon as it is whole. */
export const transcoding: EncodeStep<PlannedFile, Encoded> = {
  name: "transcoding",
  async run({ again, knows, media, publisher, report, scratch, signal }, file) {
    const outDir = join(scratch, "out");
    await mkdir(outDir);
    const work = workCurve(file.described, media.machine);
    const early = createEarly(file.plan, { outDir, media, signal });
    const beside = new AbortController();
    const encoding = encode({
      tools: media.tools,
      plan: file.plan,
      sourcePath: file.path,
      outDir,
      signal,
      limits: limitsFor(file, media),
      onProgress: ({ doneSeconds, expectedSeconds }) => report(percentDone(doneSeconds, expectedSeconds, work)),
      onSegment: (segment) => {
        publisher.add(segment);
        early.take(segment);
      },
      onRestart: () => {
        again();
        early.reset();
      },
    });
    const { plan, path: sourcePath } = file;
    // Reads the file once more, and decodes nothing of it: it costs next to nothing beside the encode.
    const reading = readSubtitles({
      ...{ tools: media.tools, plan, sourcePath, limits: media.limits },
      signal: AbortSignal.any([signal, beside.signal]),
    });
    encoding.catch((error: unknown) => beside.abort(error));
    try {
      const [encoded, read] = await Promise.allSettled([encoding, reading]);
      if (encoded.status === "rejected") throw encoded.reason;
      if (read.status === "rejected") throw read.reason;
      const [result, subtitles] = [encoded.value, read.value];
      const files = result.renditions.flatMap(({ init, segments }) => [init, ...segments]);
      const pictures = result.storyboard === null ? [] : [...result.storyboard.sheets, result.storyboard.index];
      for (const picture of pictures) publisher.add(picture);
      const names = new Set([...files, ...pictures].map(({ name }) => name));
      await publisher.retain((name) => names.has(name));
      const done = await early.result();
      // What comes now is the poster, on which nothing was to be spent.
      if (file.plan.video !== null && done.poster === null) knows({ ...file.described, latePoster: true });
      return { file, outDir, result, subtitles, early: done };
    } finally {
      await early.end();
    }
  },
};

/** A header that claims too little is no reason to break off, so a short claim still gets a long time. */
function limitsFor({ info }: PlannedFile, { limits, wallTimeFactor }: MediaSettings): Partial<MediaLimits> {
  if (info.durationSeconds === null) return limits;
  return { ...limits, encodeTimeoutMs: Math.max(LEAST_ENCODE_MS, info.durationSeconds * 1000 * wallTimeFactor) };
}

/** Of the work, which is not spread evenly over the film. Where the length is not known the percent approaches 100 without ever getting there. */
function percentDone(doneSeconds: number, expectedSeconds: number | null, work: (filmShare: number) => number): number {
  if (expectedSeconds !== null && expectedSeconds > 0) return work(doneSeconds / expectedSeconds) * 100;
  return (doneSeconds / (doneSeconds + 600)) * 100;
}

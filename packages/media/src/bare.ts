import { encodeArgs, renditionIds, type Sink } from "./encode/args.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { EncodePlan } from "./plan-types.ts";

/**
 * The same ladder as one bare ffmpeg command that writes one plain MP4 a rendition into `outDir`: what a person would
 * type, for comparing costs. Pure.
 */
export function bareFfmpegArgs(plan: EncodePlan, sourcePath: string, outDir: string): string[] {
  const sinks = renditionIds(plan).map((id): Sink => ({ kind: "file", name: `file:${outDir}/${id}.mp4` }));
  return encodeArgs(plan, sourcePath, sinks, { limits: DEFAULT_LIMITS, progress: null });
}

import type { VideoErrorCode } from "@lectern/contracts";
import type { EncodePlan, PlanOptions } from "./plan-types.ts";
import type { EncodedRendition, EncodeRequest, EncodeResult, OutputFile, Poster, Validation } from "./result-types.ts";
import type { FileFacts, MediaInfo, MediaLimits, MediaTools, ProbeResult, ProbeSource } from "./types.ts";

export { MediaError } from "./error.ts";
export type * from "./plan-types.ts";
export type * from "./result-types.ts";
export type * from "./types.ts";

/** Never rejects but for an abort (with the signal's reason) or tools that cannot be started. */
export declare function probe(
  tools: MediaTools,
  source: ProbeSource,
  options: { signal: AbortSignal; limits?: Partial<MediaLimits> },
): Promise<ProbeResult>;

/** Reads the container's own structure: what it declares beyond the end of the file, marks of encryption. */
export declare function inspectFile(path: string): Promise<FileFacts>;

export type Assessment =
  | { readonly kind: "encode" }
  | { readonly kind: "refuse"; readonly code: VideoErrorCode; readonly detail: string };

/** Pure: what to do with a file that was probed and inspected. */
export declare function assess(probed: ProbeResult, facts: FileFacts, limits?: Partial<MediaLimits>): Assessment;

/** Pure. The same answer gives the same plan and hash. Throws MediaError where there is nothing to encode. */
export declare function planEncode(info: MediaInfo, options?: Partial<PlanOptions>): EncodePlan;

/** Rejects with MediaError, or with the signal's reason after an abort (ffmpeg is dead by then). */
export declare function encode(request: EncodeRequest): Promise<EncodeResult>;

/** Writes one playlist a rendition and the master (the last of the list) into `outDir`. */
export declare function writePlaylists(options: {
  renditions: readonly EncodedRendition[];
  outDir: string;
}): Promise<OutputFile[]>;

/** `poster.jpg` from the largest video rendition; null where there is no picture. */
export declare function makePoster(options: {
  tools: MediaTools;
  renditions: readonly EncodedRendition[];
  outDir: string;
  signal: AbortSignal;
  limits?: Partial<MediaLimits>;
}): Promise<Poster | null>;

/** Checks what lies in `outDir` against the result: playlists, files, sizes, durations, first and last segments decode. */
export declare function validateOutput(options: {
  tools: MediaTools;
  result: EncodeResult;
  outDir: string;
  signal: AbortSignal;
  limits?: Partial<MediaLimits>;
}): Promise<Validation>;

/** The same ladder as one bare ffmpeg command that writes plain files, for comparison. */
export declare function bareFfmpegArgs(plan: EncodePlan, sourcePath: string, outDir: string): string[];

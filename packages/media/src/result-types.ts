import type { EncodePlan, MediaWarning, SubtitlePlan } from "./plan-types.ts";
import type { Fraction, MediaLimits, MediaTools } from "./types.ts";

/** A file of the output. `name` is relative to the output folder, with "/" ("v720/seg-00001.m4s"). */
export interface OutputFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Hex SHA-256. */
  readonly sha256: string;
  readonly contentType: string;
}

/** A finished init or media segment: closed, whole, never touched again. */
export interface SegmentFile extends OutputFile {
  readonly rendition: string;
  readonly kind: "init" | "segment";
  /** From 1; 0 for the init segment. */
  readonly index: number;
  /** Exact, from the fragments' own sample durations; 0 for the init segment. */
  readonly durationSeconds: number;
}

interface EncodedRenditionBase {
  readonly id: string;
  readonly init: SegmentFile;
  readonly segments: readonly SegmentFile[];
  /** RFC 6381, from the init segment. */
  readonly codec: string;
  readonly durationSeconds: number;
  /** Start of the first sample in seconds, edit list applied. 0 when all is well. */
  readonly startSeconds: number;
  /** Highest rate of one segment, and the whole, in bits a second. */
  readonly peakBitRate: number;
  readonly averageBitRate: number;
  /** Pictures, or sound's packets of 1,024 samples each. */
  readonly frames: number;
}

export interface EncodedVideo extends EncodedRenditionBase {
  readonly kind: "video";
  readonly width: number;
  readonly height: number;
  readonly frameRate: Fraction;
}

export interface EncodedAudio extends EncodedRenditionBase {
  readonly kind: "audio";
  readonly channels: number;
  readonly sampleRate: number;
  readonly language: string | null;
  readonly name: string;
  readonly default: boolean;
  readonly describesPicture: boolean;
}

export type EncodedRendition = EncodedVideo | EncodedAudio;

export interface EncodeProgress {
  /** Seconds of the output that are done. */
  readonly doneSeconds: number;
  readonly expectedSeconds: number | null;
}

export interface EncodeRequest {
  readonly tools: MediaTools;
  readonly plan: EncodePlan;
  readonly sourcePath: string;
  /** An existing folder for this encode alone. */
  readonly outDir: string;
  readonly signal: AbortSignal;
  readonly limits?: Partial<MediaLimits>;
  readonly onProgress?: (progress: EncodeProgress) => void;
  /** Called while ffmpeg runs, in order within a rendition. Must not throw. */
  readonly onSegment?: (file: SegmentFile) => void;
  /**
   * Everything announced so far is void: the encode begins anew (rare: sound and picture turned out to end far apart,
   * though the header said otherwise). Files that are not announced again are no part of the output.
   */
  readonly onRestart?: () => void;
}

export interface EncodeResult {
  /** The plan that was carried out: tracks that turned out undecodable are left out. */
  readonly plan: EncodePlan;
  /** Video largest first, then audio. */
  readonly renditions: readonly EncodedRendition[];
  /** Of the longest rendition. */
  readonly durationSeconds: number;
  readonly storyboard: Storyboard | null;
  readonly decoded: readonly DecodedStream[];
  readonly warnings: readonly MediaWarning[];
}

/** ffmpeg's own accounts of one input stream. */
export interface DecodedStream {
  readonly streamIndex: number;
  readonly packets: number;
  readonly frames: number;
}

export interface Storyboard {
  /** WebVTT: for each stretch of time a sheet and the place of its picture on it. */
  readonly index: OutputFile;
  readonly sheets: readonly OutputFile[];
  readonly pictures: number;
}

/** A subtitle track as it was read: times in seconds of the output. */
export interface SubtitleTrack {
  readonly plan: SubtitlePlan;
  readonly cues: readonly Cue[];
}

export interface Cue {
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** WebVTT's cue settings ("line:0"); empty for none. */
  readonly settings: string;
  /** Without empty lines. */
  readonly text: string;
}

export interface Poster {
  readonly file: OutputFile;
  readonly width: number;
  readonly height: number;
  readonly atSeconds: number;
}

export type Validation =
  | { readonly ok: true; readonly durationSeconds: number; readonly durations: Readonly<Record<string, number>> }
  | { readonly ok: false; readonly problem: string };

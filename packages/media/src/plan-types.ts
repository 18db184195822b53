import type { Chapter, Fraction } from "./types.ts";

/** One picture size of the ladder. Sizes are even, in pixels, square samples. */
export interface VideoRenditionPlan {
  /** "v720": folder and playlist name. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly crf: number;
  /** Bits a second. */
  readonly maxRate: number;
  readonly bufferSize: number;
}

export interface AudioRenditionPlan {
  /** "a1": folder and playlist name. */
  readonly id: string;
  readonly streamIndex: number;
  readonly language: string | null;
  readonly name: string;
  readonly default: boolean;
  /** For people who do not see the picture. */
  readonly describesPicture: boolean;
  readonly channels: 2;
  /** The source's. */
  readonly sourceChannels: number;
  readonly sampleRate: 48000;
  /** Bits a second. */
  readonly bitRate: number;
  /** Silence is added up to here, so that sound never ends long before the picture. Null for none. */
  readonly padToSeconds: number | null;
  /** What to turn the volume up or down by; null to leave it. See loudness.ts. */
  readonly loudness: Loudness | null;
  /** Stream ticks to subtract, so that 0 is the presentation's start. Null: ffmpeg's own shift is right. */
  readonly zero: StreamZero;
}

export interface Loudness {
  /** Decibels, the same for the whole track: what was soft stays softer. */
  readonly gain: number;
  /** Peaks would go beyond the limit, and are held down. */
  readonly limit: boolean;
}

/** One track of WebVTT. */
export interface SubtitlePlan {
  /** "s1": folder and playlist name. */
  readonly id: string;
  readonly streamIndex: number;
  readonly language: string | null;
  readonly name: string;
  readonly default: boolean;
  readonly forced: boolean;
  readonly hearingImpaired: boolean;
}

/** Small pictures of the film for a seek bar, on sheets of `columns` times `rows`. */
export interface StoryboardPlan {
  /** Frames from one picture to the next. */
  readonly everyFrames: number;
  readonly columns: number;
  readonly rows: number;
  /** Of one picture, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** How a stream's time stamps become seconds from the presentation's start: (pts - `ticks`) of `timeBase`. */
export interface StreamZero {
  readonly ticks: number;
  readonly timeBase: Fraction;
}

export interface VideoPlan {
  readonly streamIndex: number;
  /** Constant frame rate of every rendition. */
  readonly frameRate: Fraction;
  /** Frames in one segment. */
  readonly segmentFrames: number;
  /** Ticks in a second of the output; a multiple of `frameRate.num`, so that every frame lasts a whole number. */
  readonly timescale: number;
  readonly zero: StreamZero;
  /**
   * What every frame is fitted into first: a shared window is resized in mid-film, a broadcast changes its size. Null
   * where ffmpeg turns the picture before we see it; then it must keep its size. `multiple`: pixels, each way, for which
   * the source stores colour once, at most.
   */
  readonly frameSize: {
    readonly width: number;
    readonly height: number;
    readonly multiple: 2 | 4;
  } | null;
  readonly deinterlace: boolean;
  /** What to do with the colours before scaling down; see plan/colour.ts. */
  readonly colour: ColourPlan;
  /** Total frames to fill up to with the last picture (a still with sound). Null: as many as decode. */
  readonly padToFrames: number | null;
  readonly preset: string;
  readonly storyboard: StoryboardPlan;
  /** Largest first. */
  readonly renditions: readonly VideoRenditionPlan[];
}

export interface ColourPlan {
  /** "none": tag only; "convert": to BT.709 without tone mapping; "tonemap": HDR to SDR. */
  readonly treatment: "none" | "convert" | "tonemap";
  /** What the source is taken for. */
  readonly transfer: string;
  readonly primaries: string;
  readonly space: string;
  readonly range: "tv" | "pc";
  /** The source names a matrix that ffmpeg's scaler refuses to touch: the name is taken off first. */
  readonly hideSpace: boolean;
  /** What the output is tagged with. */
  readonly output: { readonly transfer: string; readonly primaries: string; readonly space: string };
}

/** A range of frames that one process encodes: [firstFrame, endFrame), null = to the end. Whole segments. */
export interface FrameGroup {
  readonly firstFrame: number;
  readonly endFrame: number | null;
}

/** Everything about an encode that is decided before it runs. Plain JSON. */
export interface EncodePlan {
  readonly version: 1;
  /** ffmpeg's names of the container. */
  readonly format: string;
  /** Keep the container's own time stamps (`-copyts`); only where they are free of jumps. */
  readonly copyTimestamps: boolean;
  readonly segmentSeconds: number;
  /** Best guess of the output's length for progress; null where the file gives none. */
  readonly expectedSeconds: number | null;
  readonly video: VideoPlan | null;
  readonly audio: readonly AudioRenditionPlan[];
  readonly subtitles: readonly SubtitlePlan[];
  /** Seconds to subtract from the source's own times (of subtitles and chapters): 0 is where the output begins. */
  readonly zeroSeconds: number;
  /** In seconds of the output, in their order. */
  readonly chapters: readonly Chapter[];
  readonly groups: readonly FrameGroup[];
  /** Tracks that were left out, in words for the job's record. */
  readonly leftOut: readonly MediaWarning[];
  /** Hex SHA-256 of all of the above. */
  readonly hash: string;
}

export interface MediaWarning {
  /** Stream of the source it is about; null for the whole file. */
  readonly streamIndex: number | null;
  readonly code: "TRACK_NOT_DECODABLE" | "TRACK_LEFT_OUT" | "DECODE_ERRORS" | "SHORTER_THAN_DECLARED";
  readonly detail: string;
}

export interface PlanOptions {
  /** Shorter sides in pixels, any order. */
  readonly ladder: readonly number[];
  readonly preset: string;
  readonly crf: number;
  readonly segmentSeconds: number;
  readonly audioBitRate: number;
  readonly maxFrameRate: number;
  /** How many audio tracks become renditions; the default track first. */
  readonly maxAudioTracks: number;
  readonly maxSubtitleTracks: number;
}

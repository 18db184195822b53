/** Paths of the two binaries; nothing is looked up on PATH. */
export interface MediaTools {
  readonly ffmpeg: string;
  readonly ffprobe: string;
}

/** A rational number, as ffmpeg writes frame rates ("30000/1001") and time bases. `den` is at least 1. */
export interface Fraction {
  readonly num: number;
  readonly den: number;
}

/** What a stranger's file may cost. Everything beyond is refused with `LIMITS_EXCEEDED` or `PROCESSING_TIMEOUT`. */
export interface MediaLimits {
  /** Largest picture, in pixels (width times height), that a decoder may open. */
  readonly maxPixels: number;
  /** Most streams of any kind in one file. */
  readonly maxStreams: number;
  /** Longest output in seconds. A header that claims more is no reason to refuse; decoding more is. */
  readonly maxDurationSeconds: number;
  /** Address space of one child process in bytes. */
  readonly memoryBytes: number;
  /** Wall-clock limit of one probe. */
  readonly probeTimeoutMs: number;
  /** Wall-clock limit of one encode. */
  readonly encodeTimeoutMs: number;
  /** Wall-clock limit of one small run: a poster, the check of one segment, a trial decode. */
  readonly checkTimeoutMs: number;
}

export interface VideoStream {
  /** Index in the file, as ffmpeg's `0:<index>`. */
  readonly index: number;
  readonly codec: string;
  readonly profile: string | null;
  /** Coded size, before sample aspect and rotation. */
  readonly width: number;
  readonly height: number;
  /** Sample aspect ratio; 1/1 where the file says nothing. */
  readonly sampleAspect: Fraction;
  /** Clockwise degrees to turn the picture for display: 0 to 359. */
  readonly rotation: number;
  /** The display matrix also mirrors the picture. */
  readonly mirrored: boolean;
  /** Size to show: sample aspect and rotation applied, not rounded to even. */
  readonly displayWidth: number;
  readonly displayHeight: number;
  /** ffprobe's `r_frame_rate`: the lowest rate that represents all time stamps. Null where unknown. */
  readonly baseFrameRate: Fraction | null;
  /** ffprobe's `avg_frame_rate`. Null where unknown. */
  readonly averageFrameRate: Fraction | null;
  readonly pixelFormat: string | null;
  readonly bitDepth: number | null;
  readonly colour: Colour;
  /** "progressive", "tt", "bb", "tb", "bt" or null. */
  readonly fieldOrder: string | null;
  readonly timeBase: Fraction;
  /** First time stamp in ticks of `timeBase`. Null where unknown. */
  readonly startPts: number | null;
  readonly durationSeconds: number | null;
  readonly frameCount: number | null;
  /** A cover picture, not a film. */
  readonly attachedPicture: boolean;
  readonly default: boolean;
  /** Dolby Vision without a base layer that others can show (profiles 5 and 10.0): decoded plainly it is green and violet. */
  readonly dolbyVisionOnly: boolean;
  /** The given ffmpeg has a decoder for it that this package allows, and the stream has what decoding needs. */
  readonly decodable: boolean;
}

/** ffmpeg's names; null where the file says nothing. */
export interface Colour {
  readonly transfer: string | null;
  readonly primaries: string | null;
  readonly space: string | null;
  /** "tv" or "pc". */
  readonly range: string | null;
}

export interface AudioStream {
  readonly index: number;
  readonly codec: string;
  readonly channels: number;
  readonly sampleRate: number;
  /** BCP 47 or ISO 639-2 as the file has it; null for none or "und". */
  readonly language: string | null;
  readonly title: string | null;
  readonly default: boolean;
  readonly timeBase: Fraction;
  readonly startPts: number | null;
  readonly durationSeconds: number | null;
  /** For people who do not see the picture. */
  readonly describesPicture: boolean;
  readonly decodable: boolean;
}

export interface SubtitleStream {
  readonly index: number;
  readonly codec: string;
  readonly language: string | null;
  readonly title: string | null;
  readonly default: boolean;
  /** Shown also to who wants no subtitles: translations of what is written or said in another language. */
  readonly forced: boolean;
  /** For people who do not hear the sound. */
  readonly hearingImpaired: boolean;
  /** Made of text, by a decoder that this package allows; the others are pictures or captions within the film. */
  readonly text: boolean;
}

export interface Chapter {
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly title: string | null;
}

/** What ffprobe found: plain JSON, fit for a database column. Times in seconds. */
export interface MediaInfo {
  readonly version: 1;
  /** ffmpeg's names of the container, such as "mov,mp4,m4a,3gp,3g2,mj2". */
  readonly format: string;
  /** As the header says: it may lie, and may be missing. */
  readonly durationSeconds: number | null;
  readonly startSeconds: number | null;
  readonly bitRate: number | null;
  readonly video: readonly VideoStream[];
  readonly audio: readonly AudioStream[];
  readonly subtitles: readonly SubtitleStream[];
  /** Data and attachment streams. */
  readonly otherCount: number;
  readonly chapters: readonly Chapter[];
  /** Indices of the streams of each programme of a broadcast; empty in other files. */
  readonly programmes: readonly (readonly number[])[];
  /** Marks of encryption in what ffprobe reported. */
  readonly encrypted: boolean;
}

export type ProbeSource = { readonly path: string } | { readonly url: string };

export type ProbeResult =
  | { readonly kind: "media"; readonly info: MediaInfo }
  /** Definite: no later attempt can end differently. */
  | {
      readonly kind: "not_media";
      readonly code: "SOURCE_UNREADABLE" | "UNSUPPORTED_FORMAT" | "UNSUPPORTED_CODEC" | "LIMITS_EXCEEDED";
      readonly detail: string;
    }
  /** Time limit, network, killed: says nothing about the file. */
  | { readonly kind: "inconclusive"; readonly detail: string };

/** What the bytes of the container say, which ffprobe does not report. */
export interface FileFacts {
  readonly sizeBytes: number;
  readonly container:
    | "isobmff"
    | "matroska"
    | "riff"
    | "asf"
    | "flv"
    | "mpegts"
    | "mpegps"
    | "ogg"
    | "mxf"
    | "realmedia"
    | "other";
  /** What the container declares and the file does not have; null when nothing is missing. */
  readonly missing: string | null;
  /** Mark of encryption, in words; null when there is none. */
  readonly encrypted: string | null;
  /**
   * How the last unit of a stream that declares no size is broken off; null where it is whole. Means a cut only where the
   * stream was not itself taken out of a longer one.
   */
  readonly ending: string | null;
}

import {
  type Density,
  type EncodePlan,
  type MediaInfo,
  type PlanOptions,
  planEncode,
  type VideoStream,
} from "@lectern/media";

/** What a file's encode costs depends on these: all of them known before it begins. Plain numbers, fit for a report. */
export interface Facts {
  /** Of the source. */
  readonly bytes: number;
  /** Of the output. */
  readonly mediaSeconds: number;
  /** Pictures times pixels in millions: read from the source, and written to all rungs together. */
  readonly decodedMegapixels: number;
  readonly encodedMegapixels: number;
  /** Written to all rungs together. */
  readonly pictures: number;
  /** Of those at the size of the largest rung, how many go through tone mapping or another heavy filter. */
  readonly filteredMegapixels: number;
  /** Of the source's picture: slides need next to nothing, noise and water a lot. */
  readonly bitsPerPixel: number;
  /** Of all tracks together. */
  readonly soundSeconds: number;
  /** Rungs and tracks of sound. */
  readonly renditions: number;
  /** Of one picture of the largest rung. */
  readonly frameMegapixels: number;
}

export interface DescribedFile {
  /** What files are told apart by where experience is kept: `<codec>/<bits>/<content>`, or `sound`. */
  readonly kind: string;
  readonly codec: string;
  readonly deep: boolean;
  readonly facts: Facts;
  /** How the picture's bits are spread over the film; null where that was not looked at. */
  readonly density: Density | null;
  /** The poster is made when everything else is, and not while the film is encoded. */
  readonly latePoster: boolean;
}

/** 2 Mbit/s, as lectures have: how long a file is of which nothing but the size is known. */
const USUAL_BYTES_PER_SECOND = 250_000;
/** Bits a second of a track of sound within the file; what is left is the picture's. */
const SOUND_BITS = 128_000;
/** Shorter films get their poster at the end, longer ones while they are encoded. */
const LATE_POSTER_SECONDS = 32;
/** Up to these a picture is slides, or a usual film. */
const LEAN_BITS_PER_PIXEL = 0.03;
const USUAL_BITS_PER_PIXEL = 0.25;

/** The facts of a file whose encode is planned. Pure. */
export function describeFile(
  bytes: number,
  info: MediaInfo,
  plan: EncodePlan,
  density: Density | null = null,
): DescribedFile {
  const mediaSeconds = plan.expectedSeconds ?? info.durationSeconds ?? Math.max(1, bytes / USUAL_BYTES_PER_SECOND);
  const source = info.video.find(({ index }) => index === plan.video?.streamIndex);
  const soundSeconds = plan.audio.length * mediaSeconds;
  const common = { bytes, mediaSeconds, soundSeconds };
  if (plan.video === null || source === undefined) {
    const facts = { ...common, ...NO_PICTURE, renditions: plan.audio.length };
    return { kind: "sound", codec: "sound", deep: false, facts, density: null, latePoster: false };
  }
  const { frameRate, renditions, colour, deinterlace } = plan.video;
  const frames = mediaSeconds * (frameRate.num / frameRate.den);
  const pixels = renditions.map(({ width, height }) => (width * height) / 1e6);
  const frameMegapixels = Math.max(...pixels);
  const decodedMegapixels = ((source.width * source.height) / 1e6) * sourceFrames(source, mediaSeconds, frames);
  const pictureBits = Math.max(bytes * 8 - info.audio.length * mediaSeconds * SOUND_BITS, bytes * 0.8);
  const bitsPerPixel = pictureBits / Math.max(1, decodedMegapixels * 1e6);
  const heavy = FILTERS[colour.treatment] + (deinterlace && source.fieldOrder !== "progressive" ? 0.2 : 0);
  const deep = (source.bitDepth ?? 8) > 8;
  return {
    kind: `${source.codec}/${deep ? 10 : 8}/${contentOf(bitsPerPixel)}`,
    codec: source.codec,
    deep,
    density,
    latePoster: mediaSeconds < LATE_POSTER_SECONDS,
    facts: {
      ...common,
      decodedMegapixels,
      pictures: frames * renditions.length,
      encodedMegapixels: frames * pixels.reduce((sum, each) => sum + each, 0),
      filteredMegapixels: heavy * frames * frameMegapixels,
      bitsPerPixel,
      renditions: renditions.length + plan.audio.length,
      frameMegapixels,
    },
  };
}

/** Relative to tone mapping. */
const FILTERS = { none: 0, convert: 0.25, tonemap: 1 } as const;

const NO_PICTURE = {
  pictures: 0,
  decodedMegapixels: 0,
  encodedMegapixels: 0,
  filteredMegapixels: 0,
  bitsPerPixel: 0,
  frameMegapixels: 0,
};

/** Before the worker has looked itself: by what was found at "upload complete", which may be nothing. Pure. */
export function describeUnseen(bytes: number, probe: unknown, options: Partial<PlanOptions>): DescribedFile {
  if (isInfo(probe)) {
    try {
      return describeFile(bytes, probe, planEncode(probe, options));
    } catch {
      // Another version's probe, or a file that will be refused: its size must do.
    }
  }
  return usualLecture(bytes);
}

/** 720p with 30 pictures a second and one track of sound. */
function usualLecture(bytes: number): DescribedFile {
  const mediaSeconds = Math.max(1, bytes / USUAL_BYTES_PER_SECOND);
  const frames = mediaSeconds * 30;
  const facts: Facts = {
    ...{ bytes, mediaSeconds, soundSeconds: mediaSeconds },
    pictures: frames * 4,
    decodedMegapixels: frames * 0.92,
    encodedMegapixels: frames * 1.66,
    filteredMegapixels: 0,
    bitsPerPixel: 0.07,
    renditions: 5,
    frameMegapixels: 0.92,
  };
  const latePoster = mediaSeconds < LATE_POSTER_SECONDS;
  return { kind: "h264/8/usual", codec: "h264", deep: false, facts, density: null, latePoster };
}

function sourceFrames({ averageFrameRate, frameCount }: VideoStream, seconds: number, planned: number): number {
  if (frameCount !== null && frameCount > 0) return frameCount;
  const rate = averageFrameRate === null ? 0 : averageFrameRate.num / averageFrameRate.den;
  return rate > 0 && rate <= 240 ? seconds * rate : planned;
}

function contentOf(bitsPerPixel: number): string {
  if (bitsPerPixel < LEAN_BITS_PER_PIXEL) return "lean";
  return bitsPerPixel < USUAL_BITS_PER_PIXEL ? "usual" : "rich";
}

function isInfo(value: unknown): value is MediaInfo {
  return (
    typeof value === "object" &&
    value !== null &&
    "version" in value &&
    value.version === 1 &&
    "video" in value &&
    Array.isArray(value.video) &&
    "audio" in value &&
    Array.isArray(value.audio)
  );
}

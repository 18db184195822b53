import type { Step } from "@lectern/keys";
import type { DescribedFile } from "./facts.ts";

/** Counted up when a figure or a formula below changes: experience with another model says nothing of this one. */
const MODEL = 1;

/** What the speed of an encode depends on beside the file. */
export interface Machine {
  readonly processors: number;
  /** x264's. */
  readonly preset: string;
  /** Encodes at once. */
  readonly concurrency: number;
  /** The sound's loudness is measured before the encode. */
  readonly loudness: boolean;
}

/** Names what experience is kept for: runs of machines of one profile are comparable. */
export function profileOf({ concurrency, processors, preset }: Machine): string {
  return `m${MODEL}/${processors}p/${concurrency}x/${preset}`;
}

export type StepSeconds = Readonly<Record<Step, number>>;

/** Seconds a million pixels on 2 processors at `veryfast`, as measured: see the README. */
const DECODE = 0.0028;
const ENCODE = 0.0085;
/** On top for a source of one bit a pixel, and in proportion below. */
const ENCODE_BITS = 0.012;
const MOST_BITS = 1.5;
const FILTER = 0.045;
/** Relative to H.264 of 8 bits. */
const CODECS: Readonly<Record<string, number>> = {
  hevc: 1.6,
  vp9: 1.3,
  av1: 1.6,
  prores: 1.5,
  mpeg2video: 0.7,
  mjpeg: 1,
};
const DEEP = 1.5;
const PRESETS: Readonly<Record<string, number>> = {
  ultrafast: 0.45,
  superfast: 0.7,
  veryfast: 1,
  faster: 1.7,
  fast: 2.1,
  medium: 2.6,
  slow: 4.5,
  slower: 8,
};
/** Seconds a second of sound. */
const SOUND = 0.012;
const LOUDNESS = 0.003;

/** What each step takes on a machine like the one that the figures were taken on. Pure. */
export function builtInSeconds({ codec, deep, facts }: DescribedFile, machine: Machine): StepSeconds {
  const share = 2 / Math.max(1, machine.processors / machine.concurrency);
  const decode = DECODE * (CODECS[codec] ?? 1) * (deep ? DEEP : 1) * facts.decodedMegapixels;
  const bits = Math.min(MOST_BITS, facts.bitsPerPixel);
  const encode = (ENCODE + ENCODE_BITS * bits) * (PRESETS[machine.preset] ?? 1) * facts.encodedMegapixels;
  return {
    presigning: 0.05,
    downloading: 0.1 + facts.bytes / 80e6,
    probing: 0.3 + (machine.loudness ? LOUDNESS * facts.soundSeconds : 0),
    transcoding: 0.5 + share * (decode + encode + FILTER * facts.filteredMegapixels + SOUND * facts.soundSeconds),
    validating: 0.3 + share * 0.08 * facts.renditions + share * 0.15 * facts.frameMegapixels,
    thumbnail: facts.frameMegapixels === 0 ? 0.02 : 0.25 + share * 0.1 * facts.frameMegapixels,
    uploading: 0.25 + (facts.mediaSeconds / 4) * facts.renditions * 0.001,
  };
}

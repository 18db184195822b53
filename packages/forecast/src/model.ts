import type { Step } from "@lectern/keys";
import type { DescribedFile } from "./facts.ts";

/** Counted up when a figure or a formula below changes: experience with another model says nothing of this one. */
const MODEL = 3;

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

/** The machine of a profile; null where another model named it. Pure. */
export function machineOf(profile: string): Machine | null {
  const [, model, processors, concurrency, preset] = PROFILE.exec(profile) ?? [];
  if (Number(model) !== MODEL || preset === undefined) return null;
  return { processors: Number(processors), concurrency: Number(concurrency), preset, loudness: true };
}

const PROFILE = /^m(\d+)\/(\d+)p\/(\d+)x\/([a-z]+)$/;

export type StepSeconds = Readonly<Record<Step, number>>;

/** Seconds a million pixels on 2 processors at `veryfast`, as measured: see the README. */
const DECODE = 0.0004;
/** On top for a source of one bit a pixel. */
const DECODE_BITS = 0.00145;
const ENCODE = 0.0024;
/** On top for a source of one bit a pixel; below by this power of the bits. */
const ENCODE_BITS = 0.0063;
const BITS_EXPONENT = 0.3;
const MOST_BITS = 4;
/** For each picture of each rung, whatever its size. */
const PICTURE = 0.00023;
const FILTER = 0.019;
/** Relative to H.264 of 8 bits. */
const CODECS: Readonly<Record<string, number>> = { hevc: 2, vp9: 1.5, av1: 2, prores: 1.5 };
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
/** Seconds a second of sound; alone it has one processor. */
const SOUND = 0.011;
const SOUND_ALONE = 0.017;
const LOUDNESS = 0.0024;
/** Looking at the last segment of each rung, as far as that was not done before: seconds a million pixels, and on top by the power of the bits. */
const CHECK = 0.00015;
const CHECK_BITS = 0.0005;
const SEGMENT_SECONDS = 4;
/** So little that nothing is learned from it: what no film needs, or none that was given its poster early. */
const NOTHING = 0.005;
/** Pictures that are read, scaled and tone mapped before the first of them comes out of the encoder. */
const UNDER_WAY = 45;

/** What each step takes on a machine like the one that the figures were taken on. Pure. */
export function builtInSeconds(file: DescribedFile, machine: Machine): StepSeconds {
  const { facts } = file;
  const share = 2 / Math.max(1, machine.processors / machine.concurrency);
  const weights = stretchWorks(file, machine);
  const work = weights.reduce((sum, { reading, writing }) => sum + reading + writing, 0) / Math.max(1, weights.length);
  const last = facts.encodedMegapixels * Math.min(1, SEGMENT_SECONDS / Math.max(1, facts.mediaSeconds));
  const tracks = Math.max(1, tracksOf(file));
  return {
    presigning: 0.02,
    downloading: 0.02 + facts.bytes / 120e6,
    probing: 0.12 + (machine.loudness ? (LOUDNESS * facts.soundSeconds) / Math.min(tracks, 2 / share) : 0),
    transcoding: 0.5 + share * work,
    validating: 0.03 + share * (CHECK + CHECK_BITS * contentOf(facts.bitsPerPixel)) * last,
    thumbnail: file.latePoster ? 0.06 + share * 0.17 * facts.frameMegapixels : NOTHING,
    uploading: 0.05 + (facts.mediaSeconds / SEGMENT_SECONDS) * facts.renditions * 0.0003,
  };
}

/**
 * How much of the encode's work is done when a share of the film has come out: slides go by several times as fast as
 * water, and what is in the encoder was read already. Pure.
 * @returns of a share of the film (0 to 1) the share of the work
 */
export function workCurve(file: DescribedFile, machine: Machine): (filmShare: number) => number {
  const works = stretchWorks(file, machine);
  const reading = summed(works.map((work) => work.reading));
  const writing = summed(works.map((work) => work.writing));
  const whole = reading(1) + writing(1);
  const { pictures, renditions } = file.facts;
  const filmPictures = pictures / Math.max(1, renditions - tracksOf(file));
  const ahead = filmPictures > 0 ? UNDER_WAY / filmPictures : 0;
  if (!(whole > 0)) return (filmShare) => filmShare;
  return (filmShare) => (filmShare <= 0 ? 0 : (reading(filmShare + ahead) + writing(filmShare)) / whole);
}

/** Of weights that follow each other the sum up to a share of their count. */
function summed(weights: readonly number[]): (share: number) => number {
  const sums = [0];
  for (const weight of weights) sums.push((sums.at(-1) ?? 0) + weight);
  return (share) => {
    const at = Math.min(1, Math.max(0, share)) * weights.length;
    const before = Math.max(0, Math.min(weights.length - 1, Math.floor(at)));
    return (sums[before] ?? 0) + (at - before) * (weights[before] ?? 0);
  };
}

function tracksOf({ facts }: DescribedFile): number {
  return Math.round(facts.soundSeconds / Math.max(1, facts.mediaSeconds));
}

/** Bits a pixel of the film's stretches, all of one length; the mean alone where nothing more is known. */
function stretchesOf({ density, facts }: DescribedFile): number[] {
  if (density === null || facts.decodedMegapixels <= 0) return [facts.bitsPerPixel];
  const count = Math.max(1, Math.round(facts.mediaSeconds / density.binSeconds));
  const pixels = (facts.decodedMegapixels * 1e6) / count;
  return Array.from({ length: count }, (_, index) => (density.bits[index] ?? 0) / pixels);
}

/** Of each stretch, what the whole film would take if all of it were like that. */
function stretchWorks(file: DescribedFile, machine: Machine): Work[] {
  return stretchesOf(file).map((bitsPerPixel) => stretchWork(file, machine, bitsPerPixel));
}

function contentOf(bitsPerPixel: number): number {
  return Math.min(MOST_BITS, bitsPerPixel) ** BITS_EXPONENT;
}

interface Work {
  /** Decoding, and what filters do with a picture before it is encoded. */
  readonly reading: number;
  /** Encoding all rungs, and the sound. */
  readonly writing: number;
}

/** What the whole film would take if all of it were like the stretch, in seconds. */
function stretchWork({ codec, deep, facts }: DescribedFile, { preset }: Machine, bitsPerPixel: number): Work {
  const bits = Math.min(MOST_BITS, bitsPerPixel);
  const source = (DECODE + DECODE_BITS * bits) * (CODECS[codec] ?? 1) * (deep ? DEEP : 1) * facts.decodedMegapixels;
  const content = ENCODE + ENCODE_BITS * contentOf(bits);
  const encode = (content * facts.encodedMegapixels + PICTURE * facts.pictures) * (PRESETS[preset] ?? 1);
  const sound = (facts.pictures === 0 ? SOUND_ALONE : SOUND) * facts.soundSeconds;
  return { reading: source + FILTER * facts.filteredMegapixels, writing: encode + sound };
}

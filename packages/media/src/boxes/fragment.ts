import { childBoxes, findBox } from "./box.ts";

/** What a `moof` of one track says about time, in ticks of the track's timescale. */
export interface FragmentTimes {
  /** Decode time of the first sample. */
  readonly start: number;
  readonly duration: number;
  readonly samples: number;
  /** Lowest presentation time of its samples; edit list not applied. */
  readonly firstPresentation: number;
}

/** Reads the payload of a `moof`. Throws RangeError on what our own ffmpeg would never write. */
export function readFragment(moof: Buffer): FragmentTimes {
  const traf = findBox(moof, "traf")?.payload;
  const tfhd = traf && findBox(traf, "tfhd")?.payload;
  const tfdt = traf && findBox(traf, "tfdt")?.payload;
  if (!traf || !tfhd || !tfdt) throw new RangeError("a moof without traf, tfhd or tfdt");
  const start = tfdt[0] === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4);
  const defaultDuration = defaultSampleDuration(tfhd);
  let duration = 0;
  let samples = 0;
  let firstPresentation = Number.POSITIVE_INFINITY;
  for (const { payload } of childBoxes(traf, "trun")) {
    for (const sample of runSamples(payload, defaultDuration)) {
      firstPresentation = Math.min(firstPresentation, start + duration + sample.offset);
      duration += sample.duration;
      samples += 1;
    }
  }
  if (samples === 0) throw new RangeError("a moof without samples");
  return { start, duration, samples, firstPresentation };
}

function defaultSampleDuration(tfhd: Buffer): number | null {
  const flags = tfhd.readUIntBE(1, 3);
  if ((flags & 0x8) === 0) return null;
  const at = 8 + ((flags & 0x1) === 0 ? 0 : 8) + ((flags & 0x2) === 0 ? 0 : 4);
  return tfhd.readUInt32BE(at);
}

function* runSamples(trun: Buffer, defaultDuration: number | null): Generator<{ duration: number; offset: number }> {
  const flags = trun.readUIntBE(1, 3);
  const count = trun.readUInt32BE(4);
  const has = (flag: number) => (flags & flag) !== 0;
  let at = 8 + (has(0x1) ? 4 : 0) + (has(0x4) ? 4 : 0);
  for (let n = 0; n < count; n += 1) {
    let duration = defaultDuration;
    if (has(0x100)) {
      duration = trun.readUInt32BE(at);
      at += 4;
    }
    if (has(0x200)) at += 4;
    if (has(0x400)) at += 4;
    let offset = 0;
    if (has(0x800)) {
      offset = trun[0] === 1 ? trun.readInt32BE(at) : trun.readUInt32BE(at);
      at += 4;
    }
    if (duration === null) throw new RangeError("a sample without duration");
    yield { duration, offset };
  }
}

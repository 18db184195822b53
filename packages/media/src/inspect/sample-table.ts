import { findBox } from "../boxes/box.ts";

/**
 * The end in the file of the last byte that a track's sample tables name; 0 where there are none (a fragmented
 * file) or they make no sense. `trak` is the payload of that box. Entry counts are taken from the box sizes, never
 * believed.
 */
export function sampleTableEnd(trak: Buffer): number {
  // Samples in another file (a data reference that does not say "self") are none of this file's bytes.
  const dref = findBox(trak, "mdia", "minf", "dinf", "dref")?.payload;
  if (dref && dref.length >= 20 && (dref.readUInt32BE(16) & 1) === 0) return 0;
  const stbl = findBox(trak, "mdia", "minf", "stbl")?.payload;
  if (!stbl) return 0;
  const chunks = chunkOffsets(stbl);
  const sizes = findBox(stbl, "stsz")?.payload;
  const runs = findBox(stbl, "stsc")?.payload;
  if (!chunks || !sizes || sizes.length < 12 || !runs) return 0;
  return lastEnd(chunks, sizes, runs);
}

type Offsets = { readonly count: number; at(index: number): number };

function chunkOffsets(stbl: Buffer): Offsets | null {
  const short = findBox(stbl, "stco")?.payload;
  if (short && short.length >= 8) {
    const count = entries(short, 4, 4);
    return { count, at: (i) => short.readUInt32BE(8 + i * 4) };
  }
  const long = findBox(stbl, "co64")?.payload;
  if (!long || long.length < 8) return null;
  const count = entries(long, 4, 8);
  return { count, at: (i) => Number(long.readBigUInt64BE(8 + i * 8)) };
}

/** Follows chunk after chunk which samples lie in it (stsc), and how long they are (stsz). */
function lastEnd(chunks: Offsets, sizes: Buffer, runs: Buffer): number {
  const fixed = sizes.readUInt32BE(4);
  const sampleCount = fixed === 0 ? entries(sizes, 8, 4) : sizes.readUInt32BE(8);
  const runCount = entries(runs, 4, 12);
  let run = 0;
  let sample = 0;
  let end = 0;
  for (let chunk = 0; chunk < chunks.count && sample < sampleCount; chunk += 1) {
    while (run + 1 < runCount && runs.readUInt32BE(8 + (run + 1) * 12) <= chunk + 1) run += 1;
    if (run >= runCount) break;
    const perChunk = Math.min(runs.readUInt32BE(8 + run * 12 + 4), sampleCount - sample);
    let length = fixed * perChunk;
    if (fixed === 0) for (let i = 0; i < perChunk; i += 1) length += sizes.readUInt32BE(12 + (sample + i) * 4);
    sample += perChunk;
    // A fixed size of 1 is QuickTime's way of counting sound in samples, not bytes: only the start is sure.
    end = Math.max(end, chunks.at(chunk) + (fixed === 1 ? 1 : length));
  }
  return end;
}

/** How many entries really fit behind the count at `countAt`. */
function entries(box: Buffer, countAt: number, entrySize: number): number {
  if (box.length < countAt + 4) return 0;
  return Math.min(box.readUInt32BE(countAt), Math.floor((box.length - countAt - 4) / entrySize));
}

import type { FileReader, Findings } from "./reader.ts";

const PACKET = 188;
const SYNC = 0x47;
const SAMPLE_PACKETS = 4096;
const NULL_PID = 0x1fff;

/** Plain; with a time stamp before each packet (cameras, Blu-ray); with error correction behind each (broadcast). */
const GRIDS = [
  { before: 0, step: PACKET },
  { before: 4, step: 192 },
  { before: 0, step: 204 },
] as const;

type Grid = (typeof GRIDS)[number];

export function looksLikeMpegTs(head: Buffer): boolean {
  return gridOf(head) !== null;
}

function gridOf(head: Buffer): Grid | null {
  return GRIDS.find(({ before, step }) => [0, 1, 2].every((n) => head[before + n * step] === SYNC)) ?? null;
}

/**
 * Transport streams declare no size: the scrambling bits of the packets tell of encryption, the last packet of a cut. What
 * begins within packets of sound or picture was itself cut out of a running stream, and may end anywhere.
 */
export async function inspectMpegTs(file: FileReader): Promise<Findings> {
  const sample = await file.read(0, 204 * SAMPLE_PACKETS);
  const grid = gridOf(sample);
  if (!grid) return { missing: null, encrypted: null };
  const { clear, scrambled, startsWhole } = readPackets(sample, grid);
  // Tables are never scrambled, so some packets are clear even in a scrambled programme.
  const encrypted = scrambled > clear ? `${scrambled} of ${scrambled + clear} transport packets are scrambled` : null;
  return { missing: startsWhole ? await cutPacket(file, grid) : null, encrypted };
}

function readPackets(sample: Buffer, { before, step }: Grid) {
  const begun = new Set<number>();
  let [scrambled, clear, startsWhole] = [0, 0, true];
  for (let at = before; at + PACKET <= sample.length && sample[at] === SYNC; at += step) {
    const flags = sample[at + 3] ?? 0;
    const first = sample.readUInt16BE(at + 1);
    const pid = first & NULL_PID;
    const hasPayload = (flags & 0x10) !== 0;
    if (!hasPayload || pid === NULL_PID) continue;
    if ((flags & 0xc0) === 0) clear += 1;
    else scrambled += 1;
    const startsUnit = (first & 0x4000) !== 0;
    if (!begun.has(pid) && !startsUnit) startsWhole = false;
    begun.add(pid);
  }
  return { scrambled, clear, startsWhole };
}

/** A piece of a packet at the end of the file, behind a whole one; anything else there is rubbish, which is no loss. */
async function cutPacket(file: FileReader, { before, step }: Grid): Promise<string | null> {
  const rest = file.size % step;
  if (rest <= before) return null;
  const end = await file.read(file.size - rest - step, 2 * step);
  const inStep = end[before] === SYNC && end[step + before] === SYNC;
  return inStep ? `the last transport packet ends after ${rest} of ${step} bytes` : null;
}

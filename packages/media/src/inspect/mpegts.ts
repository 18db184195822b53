import type { FileReader, Findings } from "./reader.ts";

const PACKET = 188;
const SYNC = 0x47;
const SAMPLE_BYTES = PACKET * 4096;
const NULL_PID = 0x1fff;

export function looksLikeMpegTs(head: Buffer): boolean {
  return head.length > PACKET * 2 && [0, 1, 2].every((n) => head[n * PACKET] === SYNC);
}

/** Transport streams declare no size; what tells is the scrambling bits of the packets. */
export async function inspectMpegTs(file: FileReader): Promise<Findings> {
  const sample = await file.read(0, SAMPLE_BYTES);
  let scrambled = 0;
  let clear = 0;
  for (let at = 0; at + PACKET <= sample.length && sample[at] === SYNC; at += PACKET) {
    const flags = sample[at + 3] ?? 0;
    const hasPayload = (flags & 0x10) !== 0;
    if (!hasPayload || (sample.readUInt16BE(at + 1) & NULL_PID) === NULL_PID) continue;
    if ((flags & 0xc0) === 0) clear += 1;
    else scrambled += 1;
  }
  // Tables are never scrambled, so some packets are clear even in a scrambled programme.
  const encrypted = scrambled > clear ? `${scrambled} of ${scrambled + clear} transport packets are scrambled` : null;
  return { missing: null, encrypted };
}

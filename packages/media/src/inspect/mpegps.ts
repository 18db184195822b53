import { type FileReader, type Findings, NOTHING_FOUND } from "./reader.ts";

const PACK = Buffer.from([0, 0, 1, 0xba]);
const END_CODE = 0xb9;
const PACK_CODE = 0xba;
/** Packs of disks have 2 KB; others hold some packets, of 64 KB each at most. */
const TAIL_BYTES = 1024 * 1024;

export function looksLikeMpegPs(head: Buffer): boolean {
  return head.subarray(0, PACK.length).equals(PACK);
}

/** Follows the packets of the last pack: each says how long it is, nothing says how many there are. */
export async function inspectMpegPs(file: FileReader): Promise<Findings> {
  const tail = await file.read(Math.max(0, file.size - TAIL_BYTES), TAIL_BYTES);
  let at = tail.lastIndexOf(PACK);
  while (at >= 0 && at < tail.length) {
    const end = endOf(tail, at);
    if (end === null) return NOTHING_FOUND;
    if (end > tail.length) return { ...NOTHING_FOUND, ending: "the last packet is not whole" };
    at = end;
  }
  return NOTHING_FOUND;
}

/** Where the pack header or packet at `at` ends; null where there is none, or it does not say. */
function endOf(bytes: Buffer, at: number): number | null {
  const code = bytes[at + 3] ?? 0;
  if (bytes.length < at + 4 || bytes.readUIntBE(at, 3) !== 1 || code < END_CODE) return null;
  if (code === END_CODE) return at + 4;
  // MPEG-1's header, or MPEG-2's with up to seven bytes behind it.
  if (code === PACK_CODE) return (bytes[at + 4] ?? 0) >> 6 === 1 ? at + 14 + ((bytes[at + 13] ?? 0) & 7) : at + 12;
  const length = at + 6 <= bytes.length ? bytes.readUInt16BE(at + 4) : 0;
  return length === 0 ? null : at + 6 + length;
}

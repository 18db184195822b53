import { type FileReader, type Findings, NOTHING_FOUND } from "./reader.ts";

/** A header partition pack's key, up to what kind of one it is. */
const HEADER_PARTITION = Buffer.from("060e2b34020501010d0102010102", "hex");
const KEY = 16;
const FOOTER_PLACE = 24;

export function looksLikeMxf(head: Buffer): boolean {
  return head.subarray(0, HEADER_PARTITION.length).equals(HEADER_PARTITION);
}

/** The header partition says where the footer lies; 0 where it was written before anyone knew. */
export async function inspectMxf(file: FileReader): Promise<Findings> {
  const head = await file.read(0, 64);
  const first = head[KEY] ?? 0;
  const at = KEY + (first < 0x80 ? 1 : 1 + (first & 0x7f)) + FOOTER_PLACE;
  if (head.length < at + 8) return NOTHING_FOUND;
  const footer = Number(head.readBigUInt64BE(at));
  if (footer === 0 || footer + KEY <= file.size) return NOTHING_FOUND;
  return { missing: `a footer at ${footer}, file ends at ${file.size}`, encrypted: null };
}

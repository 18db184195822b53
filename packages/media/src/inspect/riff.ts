import type { FileReader, Findings } from "./reader.ts";

/** Odd sizes are padded to even, and not every writer wrote the padding of the last one. */
const SLACK = 2;

export function looksLikeRiff(head: Buffer): boolean {
  return head.length >= 12 && ["RIFF", "RF64", "FORM"].includes(head.toString("latin1", 0, 4));
}

/**
 * AVI, WAV and AIFF (FORM, big-endian): the first RIFF chunk's declared size against the file. 0 and 0xFFFFFFFF are a recorder's "not known
 * yet", RF64's too.
 */
export async function inspectRiff(file: FileReader): Promise<Findings> {
  const head = await file.read(0, 12);
  const bigEndian = head.toString("latin1", 0, 4) === "FORM";
  const declared = bigEndian ? head.readUInt32BE(4) : head.readUInt32LE(4);
  if (declared === 0 || declared === 0xffffffff || declared + 8 <= file.size + SLACK) {
    return { missing: null, encrypted: null };
  }
  return { missing: `RIFF of ${declared + 8} bytes, file ends at ${file.size}`, encrypted: null };
}

import { type FileReader, type Findings, NOTHING_FOUND } from "./reader.ts";

/** Odd sizes are padded to even, and not every writer wrote the padding of the last one. */
const SLACK = 2;
const HEADER = 12;
const MARKS = ["RIFF", "RF64", "FORM"];
/** Each holds a gigabyte or two. */
const MOST_CHUNKS = 1000;

export function looksLikeRiff(head: Buffer): boolean {
  return head.length >= HEADER && MARKS.includes(markOf(head));
}

/**
 * AVI (a long one is several RIFF chunks), WAV and AIFF (FORM, big-endian): the declared sizes against the file. 0 and
 * 0xFFFFFFFF are a recorder's "not known yet", RF64's too.
 */
export async function inspectRiff(file: FileReader): Promise<Findings> {
  let position = 0;
  for (let n = 0; n < MOST_CHUNKS; n += 1) {
    const head = await file.read(position, HEADER);
    if (!looksLikeRiff(head)) break;
    const declared = markOf(head) === "FORM" ? head.readUInt32BE(4) : head.readUInt32LE(4);
    if (declared === 0 || declared === 0xffffffff) break;
    const end = position + declared + 8;
    if (end > file.size + SLACK) return { missing: `RIFF ends at ${end}, file ends at ${file.size}`, encrypted: null };
    position = end;
  }
  return NOTHING_FOUND;
}

function markOf(head: Buffer): string {
  return head.toString("latin1", 0, 4);
}

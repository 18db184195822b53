import { type FileReader, type Findings, NOTHING_FOUND } from "./reader.ts";

const MARK = Buffer.from("OggS\0", "latin1");
const HEADER = 27;
/** A page's header, its table of segments, and as many segments as there can be. */
const LARGEST_PAGE = HEADER + 255 + 255 * 255;

export function looksLikeOgg(head: Buffer): boolean {
  return head.subarray(0, MARK.length).equals(MARK);
}

/** Follows the last pages: each says where it ends, none how many there are. */
export async function inspectOgg(file: FileReader): Promise<Findings> {
  const tail = await file.read(Math.max(0, file.size - 2 * LARGEST_PAGE), 2 * LARGEST_PAGE);
  for (let at = tail.indexOf(MARK); at >= 0; ) {
    const segments = tail[at + HEADER - 1] ?? 0;
    const table = tail.subarray(at + HEADER, at + HEADER + segments);
    const end = at + HEADER + segments + table.reduce((sum, length) => sum + length, 0);
    if (at + HEADER > tail.length || end > tail.length)
      return { ...NOTHING_FOUND, ending: "the last page is not whole" };
    at = tail.indexOf(MARK, tail.subarray(end, end + MARK.length).equals(MARK) ? end : at + 1);
    if (end === tail.length) break;
  }
  return NOTHING_FOUND;
}

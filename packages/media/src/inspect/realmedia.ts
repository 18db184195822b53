import { type FileReader, type Findings, NOTHING_FOUND } from "./reader.ts";

const HEADER = 8;
/** Properties, a description, and one chunk a stream come before the data. */
const MOST_CHUNKS = 100;
/** ffmpeg's own writer declares ten bytes too many. */
const SLACK = 16;

export function looksLikeRealMedia(head: Buffer): boolean {
  return head.toString("latin1", 0, 4) === ".RMF";
}

/** Chunks with their sizes; that of the data is 0 in a live recording. */
export async function inspectRealMedia(file: FileReader): Promise<Findings> {
  let position = 0;
  for (let n = 0; n < MOST_CHUNKS && position + HEADER <= file.size; n += 1) {
    const head = await file.read(position, HEADER);
    const end = position + head.readUInt32BE(4);
    if (end > file.size + SLACK)
      return { missing: `a chunk ends at ${end}, file ends at ${file.size}`, encrypted: null };
    if (head.toString("latin1", 0, 4) === "DATA" || end < position + HEADER) return NOTHING_FOUND;
    position = end;
  }
  return NOTHING_FOUND;
}

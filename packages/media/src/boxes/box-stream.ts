import { type BoxHeader, readBoxHeader } from "./box.ts";

/** A whole top-level box as it came in, header included: large ones are not copied. */
export interface WholeBox {
  readonly type: string;
  readonly chunks: readonly Buffer[];
  readonly headerSize: number;
}

/** Far above a segment of the largest rendition; what is larger is no output of ours. */
const MAX_BOX = 512 * 1024 * 1024;
const MOST_HEADER = 16;

/** Cuts a stream of bytes into its top-level boxes as they become whole; holds at most one box. */
export async function* topLevelBoxes(stream: AsyncIterable<Buffer>): AsyncGenerator<WholeBox> {
  let held: Buffer[] = [];
  let length = 0;
  let header: BoxHeader | null = null;
  for await (const chunk of stream) {
    held.push(chunk);
    length += chunk.length;
    for (;;) {
      if (!header && length >= 8) {
        header = readBoxHeader(beginningOf(held));
        if (header && (header.size === 0 || header.size > MAX_BOX)) {
          throw new RangeError(`a ${header.type} box of ${header.size} bytes`);
        }
        if (!header && length >= MOST_HEADER) throw new RangeError("bytes that are no box");
      }
      if (!header || length < header.size) break;
      const [chunks, rest] = cutAt(header.size, held);
      yield { type: header.type, chunks, headerSize: header.headerSize };
      held = rest;
      length -= header.size;
      header = null;
    }
  }
  if (length > 0) throw new RangeError(`the stream ends ${length} bytes into a box`);
}

/** Joined: for boxes that are read, which are small. */
export function payloadOf({ chunks, headerSize }: WholeBox): Buffer {
  return Buffer.concat(chunks).subarray(headerSize);
}

function beginningOf(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  if (first && first.length >= MOST_HEADER) return first.subarray(0, MOST_HEADER);
  return Buffer.concat(chunks).subarray(0, MOST_HEADER);
}

function cutAt(size: number, chunks: readonly Buffer[]): [before: Buffer[], after: Buffer[]] {
  const [before, after]: [Buffer[], Buffer[]] = [[], []];
  let missing = size;
  for (const chunk of chunks) {
    if (missing > 0) before.push(chunk.subarray(0, missing));
    if (chunk.length > missing) after.push(chunk.subarray(missing));
    missing = Math.max(0, missing - chunk.length);
  }
  return [before, after];
}

import { type BoxHeader, readBoxHeader } from "./box.ts";

/** A whole top-level box, header included. */
export interface WholeBox {
  readonly type: string;
  readonly bytes: Buffer;
  readonly payload: Buffer;
}

/** Far above a segment of the largest rendition; what is larger is no output of ours. */
const MAX_BOX = 512 * 1024 * 1024;

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
        held = [Buffer.concat(held)];
        header = readBoxHeader(held[0]?.subarray(0, 16) ?? Buffer.alloc(0));
        if (header && (header.size === 0 || header.size > MAX_BOX)) {
          throw new RangeError(`a ${header.type} box of ${header.size} bytes`);
        }
        if (!header && length >= 16) throw new RangeError("bytes that are no box");
      }
      if (!header || length < header.size) break;
      const joined = Buffer.concat(held);
      const bytes = joined.subarray(0, header.size);
      yield { type: header.type, bytes, payload: bytes.subarray(header.headerSize) };
      held = [joined.subarray(header.size)];
      length -= header.size;
      header = null;
    }
  }
  if (length > 0) throw new RangeError(`the stream ends ${length} bytes into a box`);
}

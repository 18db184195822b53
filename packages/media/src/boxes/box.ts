/** ISO base media boxes (ISO/IEC 14496-12), as far as this package reads them. */
export interface Box {
  readonly type: string;
  readonly payload: Buffer;
}

export interface BoxHeader {
  readonly type: string;
  /** Of the whole box with its header; 0 = to the end of the file. */
  readonly size: number;
  readonly headerSize: 8 | 16;
}

export function fourCc(bytes: Buffer, at: number): string {
  return bytes.toString("latin1", at, at + 4);
}

/** Null where the bytes are too few or cannot be a header. */
export function readBoxHeader(bytes: Buffer): BoxHeader | null {
  if (bytes.length < 8) return null;
  const type = fourCc(bytes, 4);
  const size = bytes.readUInt32BE(0);
  if (size === 0) return { type, size: 0, headerSize: 8 };
  if (size >= 8) return { type, size, headerSize: 8 };
  if (size !== 1 || bytes.length < 16) return null;
  const large = Number(bytes.readBigUInt64BE(8));
  return Number.isSafeInteger(large) && large >= 16 ? { type, size: large, headerSize: 16 } : null;
}

/** The boxes side by side in a payload; stops at the first that does not fit. Never throws. */
export function* boxesOf(payload: Buffer): Generator<Box> {
  let position = 0;
  while (position + 8 <= payload.length) {
    const header = readBoxHeader(payload.subarray(position, position + 16));
    if (!header) return;
    const size = header.size === 0 ? payload.length - position : header.size;
    if (position + size > payload.length) return;
    yield { type: header.type, payload: payload.subarray(position + header.headerSize, position + size) };
    position += size;
  }
}

export function childBoxes(payload: Buffer, type: string): Box[] {
  return [...boxesOf(payload)].filter((box) => box.type === type);
}

/** The first box at the end of a path such as ["mdia", "minf", "stbl"]; null where there is none. */
export function findBox(payload: Buffer, ...path: readonly string[]): Box | null {
  let found: Box | null = null;
  let within = payload;
  for (const type of path) {
    found = childBoxes(within, type)[0] ?? null;
    if (!found) return null;
    within = found.payload;
  }
  return found;
}

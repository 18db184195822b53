import { type FileReader, type Findings, NOTHING_FOUND } from "./reader.ts";

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const TRACKS = 0x1654ae6b;
const MAX_TRACKS_BYTES = 4 * 1024 * 1024;
const MAX_ELEMENTS = 200_000;
/** TrackEntry, ContentEncodings, ContentEncoding: what lies around ContentEncryption. */
const NESTED = new Set([0xae, 0x6d80, 0x6240]);
const CONTENT_ENCRYPTION = 0x5035;

interface Element {
  readonly id: number;
  readonly dataStart: number;
  /** Null: "unknown size", as live recorders write. */
  readonly dataSize: number | null;
}

export function looksLikeMatroska(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32BE(0) === EBML;
}

/** Compares the segment's and its clusters' declared sizes with the file, and looks for encrypted tracks. */
export async function inspectMatroska(file: FileReader): Promise<Findings> {
  const ebml = readElement(await file.read(0, 12), 0);
  if (!ebml || ebml.dataSize === null) return NOTHING_FOUND;
  const segmentAt = ebml.dataStart + ebml.dataSize;
  const segment = readElement(await file.read(segmentAt, 12), segmentAt);
  if (segment?.id !== SEGMENT) return NOTHING_FOUND;
  let encrypted: string | null = null;
  let position = segment.dataStart;
  for (let n = 0; n < MAX_ELEMENTS && position < file.size; n += 1) {
    const element = readElement(await file.read(position, 12), position);
    // An unknown size ends where the next cluster begins, which only reading everything would tell.
    if (!element || element.dataSize === null) break;
    const end = element.dataStart + element.dataSize;
    if (element.id === TRACKS && element.dataSize <= MAX_TRACKS_BYTES) {
      const tracks = await file.read(element.dataStart, element.dataSize);
      if (holdsEncryption(tracks)) encrypted = "Matroska ContentEncryption";
    }
    if (element.id === CLUSTER && end > file.size) {
      return { missing: `cluster at ${position} ends at ${end}, file ends at ${file.size}`, encrypted };
    }
    position = end;
  }
  if (segment.dataSize !== null && segment.dataStart + segment.dataSize > file.size) {
    return { missing: `segment ends at ${segment.dataStart + segment.dataSize}, file ends at ${file.size}`, encrypted };
  }
  return { missing: null, encrypted };
}

function holdsEncryption(bytes: Buffer): boolean {
  let position = 0;
  while (position < bytes.length) {
    const element = readElement(bytes.subarray(position, position + 12), position);
    if (!element || element.dataSize === null) return false;
    const end = element.dataStart + element.dataSize;
    if (element.id === CONTENT_ENCRYPTION) return true;
    if (NESTED.has(element.id) && holdsEncryption(bytes.subarray(element.dataStart, end))) return true;
    position = end;
  }
  return false;
}

/** `bytes` begins at `position` of the file (or buffer) in which the element's places are given. */
function readElement(bytes: Buffer, position: number): Element | null {
  const idLength = lengthOf(bytes[0], 4);
  if (idLength === null || bytes.length <= idLength) return null;
  const sizeLength = lengthOf(bytes[idLength], 8);
  if (sizeLength === null || bytes.length < idLength + sizeLength) return null;
  const first = (bytes[idLength] ?? 0) & ((1 << (8 - sizeLength)) - 1);
  let size = BigInt(first);
  let unknown = first === (1 << (8 - sizeLength)) - 1;
  for (const byte of bytes.subarray(idLength + 1, idLength + sizeLength)) {
    size = (size << 8n) | BigInt(byte);
    if (byte !== 0xff) unknown = false;
  }
  const dataSize = unknown || size > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(size);
  return { id: bytes.readUIntBE(0, idLength), dataStart: position + idLength + sizeLength, dataSize };
}

/** Length of a variable-length number, by the leading zeros of its first byte. */
function lengthOf(first: number | undefined, longest: number): number | null {
  if (first === undefined || first === 0) return null;
  const length = Math.clz32(first) - 23;
  return length <= longest ? length : null;
}

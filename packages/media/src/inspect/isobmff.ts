import { type Box, boxesOf, childBoxes, fourCc, readBoxHeader } from "../boxes/box.ts";
import type { FileReader, Findings } from "./reader.ts";
import { sampleTableEnd } from "./sample-table.ts";

/** A film of a whole day has a moov of some 100 MB; a larger one is not read, only walked over. */
const MAX_MOOV = 256 * 1024 * 1024;
/** Fragmented files have two boxes a fragment. */
const MAX_BOXES = 200_000;
const KNOWN = new Set(
  [
    "ftyp",
    "moov",
    "mdat",
    "moof",
    "free",
    "skip",
    "wide",
    "styp",
    "sidx",
    "mfra",
    "udta",
    "meta",
    "uuid",
    "emsg",
  ].concat(["pdin", "prft", "pnot", "PICT", "ssix", "bloc"]),
);
const ENCRYPTED_ENTRIES = new Set(["encv", "enca", "drmi", "drms"]);

export function looksLikeIsobmff(head: Buffer): boolean {
  return head.length >= 8 && KNOWN.has(fourCc(head, 4)) && (head.readUInt32BE(0) >= 8 || head.readUInt32BE(0) <= 1);
}

/** Walks the top-level boxes of MP4 and MOV, and the sample tables of `moov`. */
export async function inspectIsobmff(file: FileReader): Promise<Findings> {
  let encrypted: string | null = null;
  let sawMedia = false;
  let sawMoov = false;
  let sawPicture = false;
  let position = 0;
  for (let n = 0; n < MAX_BOXES && position + 8 <= file.size; n += 1) {
    const header = readBoxHeader(await file.read(position, 16));
    // Not a box of ours any more: rubbish behind the last one is no loss.
    if (!header || !KNOWN.has(header.type)) break;
    const size = header.size === 0 ? file.size - position : header.size;
    if (position + size > file.size) {
      return { missing: `${header.type} of ${size} bytes at ${position}, file ends at ${file.size}`, encrypted };
    }
    if (header.type === "mdat") sawMedia = true;
    if (header.type === "meta") sawPicture = true;
    if (header.type === "moov") {
      sawMoov = true;
      if (size <= MAX_MOOV) {
        const moov = await file.read(position + header.headerSize, size - header.headerSize);
        encrypted ??= encryptionOf(moov);
        const missing = beyondEnd(moov, file.size);
        if (missing) return { missing, encrypted };
      }
    }
    position += size;
  }
  // Recorders write the index last: without it the recording was cut, and nothing of it can be read. A still picture (HEIC,
  // AVIF) has another index, and never this one.
  const missing = sawMedia && !sawMoov && !sawPicture ? "no moov: the index that is written last is not there" : null;
  return { missing, encrypted };
}

function beyondEnd(moov: Buffer, fileSize: number): string | null {
  for (const trak of childBoxes(moov, "trak")) {
    const end = sampleTableEnd(trak.payload);
    if (end > fileSize) return `track's samples end at ${end}, file ends at ${fileSize}`;
  }
  return null;
}

function encryptionOf(moov: Buffer): string | null {
  for (const trak of childBoxes(moov, "trak")) {
    for (const stsd of descend(trak, ["mdia", "minf", "stbl", "stsd"])) {
      const entry = [...boxesOf(stsd.payload.subarray(8))].find((box) => ENCRYPTED_ENTRIES.has(box.type));
      if (entry) return `sample entry ${entry.type}`;
    }
  }
  return null;
}

function descend(box: Box, path: readonly string[]): Box[] {
  const [first, ...rest] = path;
  if (first === undefined) return [box];
  return childBoxes(box.payload, first).flatMap((child) => descend(child, rest));
}

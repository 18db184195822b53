import { boxesOf, findBox } from "./box.ts";

/** What an init segment of one track says. */
export interface InitFacts {
  readonly timescale: number;
  /** Media time that is shown first (the edit list's), in ticks; 0 without one. */
  readonly editStart: number;
  /** RFC 6381, such as "avc1.64001f" or "mp4a.40.2". */
  readonly codec: string;
}

/** Reads the payload of a `moov`. Throws RangeError on what our own ffmpeg would never write. */
export function readInit(moov: Buffer): InitFacts {
  const mdhd = findBox(moov, "trak", "mdia", "mdhd")?.payload;
  const stsd = findBox(moov, "trak", "mdia", "minf", "stbl", "stsd")?.payload;
  if (!mdhd || !stsd) throw new RangeError("a moov without mdhd or stsd");
  const timescale = mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12);
  return { timescale, editStart: editStart(moov), codec: codecOf(stsd) };
}

/** The first edit that shows media; an empty one (media time -1) before it would be a start later than 0. */
function editStart(moov: Buffer): number {
  const elst = findBox(moov, "trak", "edts", "elst")?.payload;
  if (!elst || elst.length < 8) return 0;
  const long = elst[0] === 1;
  const count = elst.readUInt32BE(4);
  for (let n = 0; n < count; n += 1) {
    const at = 8 + n * (long ? 20 : 12);
    const mediaTime = long ? Number(elst.readBigInt64BE(at + 8)) : elst.readInt32BE(at + 4);
    if (mediaTime >= 0) return mediaTime;
  }
  return 0;
}

function codecOf(stsd: Buffer): string {
  const [entry] = boxesOf(stsd.subarray(8));
  if (entry?.type === "avc1") {
    const avcC = findBox(entry.payload.subarray(78), "avcC")?.payload;
    if (avcC && avcC.length >= 4) return `avc1.${avcC.toString("hex", 1, 4)}`;
  }
  if (entry?.type === "mp4a") {
    const esds = findBox(entry.payload.subarray(28), "esds")?.payload;
    const objectType = esds && audioObjectType(esds);
    if (objectType) return `mp4a.40.${objectType}`;
  }
  throw new RangeError(`an unexpected sample entry: ${entry?.type ?? "none"}`);
}

/** The first five bits of the AudioSpecificConfig (DecoderSpecificInfo, tag 5) in an esds. */
function audioObjectType(esds: Buffer): number | null {
  // Version and flags; then descriptors: tag, length in 7-bit groups, content; 3 and 4 hold others.
  const skip: Readonly<Record<number, number>> = { 3: 3, 4: 13 };
  let at = 4;
  while (at + 2 < esds.length) {
    const tag = esds[at] ?? 0;
    at += 1;
    while (((esds[at] ?? 0) & 0x80) !== 0) at += 1;
    at += 1;
    if (tag === 5) return (esds[at] ?? 0) >> 3 || null;
    const inside = skip[tag];
    if (inside === undefined) return null;
    at += inside;
  }
  return null;
}

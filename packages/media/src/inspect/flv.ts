import { type FileReader, type Findings, NOTHING_FOUND } from "./reader.ts";

const HEADER = 9;
const TAG = 11;
const SCRIPT = 18;
const MAX_SCRIPT = 4 * 1024 * 1024;
/** AMF0's marks of a number and of an array. */
const NUMBER = 0;
const ARRAY = 10;

export function looksLikeFlv(head: Buffer): boolean {
  return head.toString("latin1", 0, 3) === "FLV";
}

/**
 * Flash video: what `onMetaData`, the first tag, says of the file's size and of its key frames' places. Recorders write
 * both at the end of a recording; one that was broken off has neither, and then nothing can be told.
 */
export async function inspectFlv(file: FileReader): Promise<Findings> {
  const at = HEADER + 4;
  const head = await file.read(at, TAG);
  if (head.length < TAG || head[0] !== SCRIPT) return NOTHING_FOUND;
  const script = await file.read(at + TAG, Math.min(MAX_SCRIPT, head.readUIntBE(1, 3)));
  const declared = numberAfter(script, "filesize");
  if (declared !== null && declared > file.size) {
    return { missing: `a file of ${declared} bytes, file ends at ${file.size}`, encrypted: null };
  }
  const last = lastOf(script, "filepositions");
  if (last !== null && last > file.size) {
    return { missing: `a key frame at ${last}, file ends at ${file.size}`, encrypted: null };
  }
  return NOTHING_FOUND;
}

/** Where the value of a property begins; null where there is no such property. */
function placeOf(script: Buffer, name: string): number | null {
  const key = Buffer.from(`\0${String.fromCharCode(name.length)}${name}`, "latin1");
  const at = script.indexOf(key);
  return at < 0 ? null : at + key.length;
}

function numberAfter(script: Buffer, name: string): number | null {
  const at = placeOf(script, name);
  return at === null ? null : numberAt(script, at);
}

function lastOf(script: Buffer, name: string): number | null {
  const at = placeOf(script, name);
  if (at === null || script[at] !== ARRAY || at + 5 > script.length) return null;
  const count = script.readUInt32BE(at + 1);
  return count === 0 ? null : numberAt(script, at + 5 + (count - 1) * 9);
}

function numberAt(script: Buffer, at: number): number | null {
  return script[at] === NUMBER && at + 9 <= script.length ? script.readDoubleBE(at + 1) : null;
}

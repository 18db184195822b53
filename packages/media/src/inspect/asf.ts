import { type FileReader, type Findings, NOTHING_FOUND } from "./reader.ts";

const HEADER = guid("75b22630-668e-11cf-a6d9-00aa0062ce6c");
const DATA = guid("75b22636-668e-11cf-a6d9-00aa0062ce6c");
const FILE_PROPERTIES = guid("8cabdca1-a947-11cf-8ee4-00c00c205365");
const ENCRYPTION = new Map([
  [guid("2211b3fb-bd23-11d2-b4b7-00a0c955fc6e"), "Content Encryption Object"],
  [guid("298ae614-2622-4c17-b935-dae07ee9289c"), "Extended Content Encryption Object"],
]);
const MAX_HEADER = 16 * 1024 * 1024;
const BROADCAST_FLAG = 1;

/** As it lies in the file: the first three groups little-endian. */
function guid(text: string): string {
  const [a = "", b = "", c = "", d = "", e = ""] = text.split("-");
  const swapped = [a, b, c].map((group) => Buffer.from(group, "hex").reverse().toString("hex"));
  return [...swapped, d, e].join("");
}

export function looksLikeAsf(head: Buffer): boolean {
  return head.toString("hex", 0, 16) === HEADER;
}

/** Windows Media: encryption objects of the header, and the data object's size against the file. */
export async function inspectAsf(file: FileReader): Promise<Findings> {
  const head = await file.read(0, 30);
  const headerSize = size64(head, 16);
  if (headerSize === null || headerSize > MAX_HEADER) return NOTHING_FOUND;
  const header = await file.read(30, headerSize - 30);
  let encrypted: string | null = null;
  let broadcast = false;
  for (let position = 0; position + 24 <= header.length; ) {
    const id = header.toString("hex", position, position + 16);
    const size = size64(header, position + 16);
    if (size === null || size < 24) break;
    encrypted ??= ENCRYPTION.get(id) ?? null;
    if (id === FILE_PROPERTIES && position + 92 <= header.length) {
      broadcast = (header.readUInt32LE(position + 88) & BROADCAST_FLAG) !== 0;
    }
    position += size;
  }
  const data = await file.read(headerSize, 24);
  const dataSize = data.length === 24 && data.toString("hex", 0, 16) === DATA ? size64(data, 16) : null;
  const end = headerSize + (dataSize ?? 0);
  const missing = !broadcast && end > file.size ? `data object ends at ${end}, file ends at ${file.size}` : null;
  return { missing, encrypted };
}

function size64(bytes: Buffer, at: number): number | null {
  if (bytes.length < at + 8) return null;
  const size = Number(bytes.readBigUInt64LE(at));
  return Number.isSafeInteger(size) ? size : null;
}

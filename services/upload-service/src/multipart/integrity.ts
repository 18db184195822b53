import { hash } from "node:crypto";
import type { MultipartRow, PartRow } from "../db/schema.ts";

/** The ETag of an object that was assembled from parts. */
const ASSEMBLED = /^[^-]+-(\d{1,5})$/;
const MD5 = /^[0-9a-f]{32}$/;

export interface StoredObject {
  size: number;
  etag: string;
}

export function isAssembled(object: StoredObject): boolean {
  return ASSEMBLED.test(object.etag);
}

/**
 * What is wrong with an assembled object: null where it is the whole file that was announced. Its size and number of
 * parts count, the ETag that the store told when it assembled it, and that of the parts' own ETags, where these are MD5s
 * (they are R2's and S3's; not the local store's). Pure.
 */
export function whatIsWrong(
  object: StoredObject,
  declaredSize: number,
  upload: MultipartRow | undefined,
  parts: readonly PartRow[],
): string | null {
  if (object.size !== declaredSize) return `it has ${object.size} bytes instead of ${declaredSize}`;
  if (upload === undefined) return null;
  const count = Number(ASSEMBLED.exec(object.etag)?.[1]);
  if (count !== upload.part_count) return `it has ${count} parts instead of ${upload.part_count}`;
  const expected = upload.etag ?? etagOfParts(upload.part_count, parts);
  return expected === null || expected === object.etag ? null : `its ETag is ${object.etag} instead of ${expected}`;
}

/** The MD5 of the parts' MD5s; null where not all are known, or some are no MD5. Pure. */
export function etagOfParts(partCount: number, parts: readonly Pick<PartRow, "part_number" | "etag">[]): string | null {
  if (parts.length !== partCount || parts.some(({ etag }) => !MD5.test(etag))) return null;
  const inOrder = parts.toSorted((a, b) => a.part_number - b.part_number);
  return `${hash("md5", Buffer.from(inOrder.map(({ etag }) => etag).join(""), "hex"), "hex")}-${partCount}`;
}

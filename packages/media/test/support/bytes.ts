/** Builds containers byte by byte. */

export function box(type: string, ...content: readonly (Buffer | string)[]): Buffer {
  const payload = Buffer.concat(content.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));
  return Buffer.concat([u32(payload.length + 8), Buffer.from(type, "latin1"), payload]);
}

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, i * 4);
  return bytes;
}

/** A Matroska element with a size of eight bytes. `declared` lies about the size. */
export function element(id: number, content: Buffer, declared = content.length): Buffer {
  const head = Buffer.from(id.toString(16), "hex");
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(declared) | (1n << 56n));
  return Buffer.concat([head, size, content]);
}

/** An ASF object: id, 64-bit size, content. */
export function asfObject(guid: string, content: Buffer, declared = content.length + 24): Buffer {
  const [a = "", b = "", c = "", ...rest] = guid.split("-");
  const swapped = [a, b, c].map((group) => Buffer.from(group, "hex").reverse());
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(declared));
  return Buffer.concat([...swapped, Buffer.from(rest.join(""), "hex"), size, content]);
}

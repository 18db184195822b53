import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { OutputFile } from "../result-types.ts";

/** Stores one file of the output, with its folder, and says what it is. */
export async function writeOutput(
  outDir: string,
  name: string,
  bytes: Buffer,
  contentType: string,
): Promise<OutputFile> {
  const path = join(outDir, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { name, path, bytes: bytes.length, sha256, contentType };
}

import type { FileHandle } from "node:fs/promises";

/** Reads bounded pieces of an open file; what lies beyond its end is simply not there. */
export class FileReader {
  readonly size: number;
  readonly #file: FileHandle;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
  }

  /** At most `length` bytes from `position`; shorter (or empty) at the end of the file. */
  async read(position: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.size - position));
    const buffer = Buffer.alloc(wanted);
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await this.#file.read(buffer, filled, wanted - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }
}

/** What one container's check found; see FileFacts. */
export interface Findings {
  readonly missing: string | null;
  readonly encrypted: string | null;
  readonly ending?: string;
}

export const NOTHING_FOUND: Findings = { missing: null, encrypted: null };

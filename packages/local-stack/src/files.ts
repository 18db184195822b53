import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A name beside `file` that nothing else uses. */
export function besides(file: string): string {
  return `${file}.${randomBytes(6).toString("hex")}`;
}

/** Writes a file so that a reader sees the old content or the new, never a part. */
export function replaceFile(file: string, content: string, mode = 0o644): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = besides(file);
  writeFileSync(temporary, content, { mode });
  renameSync(temporary, file);
}

/** Puts a whole file where there is none: of two that try at once, one gets false and changes nothing. */
export function createFile(file: string, content: string, mode = 0o644): boolean {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = besides(file);
  writeFileSync(temporary, content, { mode });
  return placeFile(temporary, file);
}

/** Moves a file to where there is none; where there is one, removes it and returns false. */
export function placeFile(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(from, { force: true });
  }
}

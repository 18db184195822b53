import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmdirSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A small disk for the workers' files alone, to be filled. */
export interface ScratchDisk {
  readonly dir: string;
  /** Takes all the room there is, and what becomes free, for so many milliseconds; then gives it back. */
  fill(ms: number): Promise<void>;
  close(): void;
}

const NAME = "lectern-faults";
/** Holds the source and the renditions of a long film, twice. */
const SIZE_MIB = 192;

/** Mounts one; where that may not be done, says why not. */
export function mountScratchDisk(): ScratchDisk | { readonly why: string } {
  if (process.platform !== "linux") return { why: "only Linux has the small disk that it needs" };
  if (process.getuid?.() !== 0) return { why: "only root may mount the small disk that it needs" };
  unmountAbandoned();
  const dir = mkdtempSync(path.join(tmpdir(), `${NAME}-${process.pid}-`));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE_MIB}m,mode=0700`, NAME, dir], { stdio: "pipe" });
  } catch (error) {
    rmdirSync(dir);
    return { why: `mount refused: ${error instanceof Error ? error.message.trim().split("\n").at(-1) : error}` };
  }
  const filler = path.join(dir, ".filler");
  return {
    dir,
    async fill(ms) {
      const deadline = Date.now() + ms;
      const file = await open(filler, "w");
      try {
        for (let bytes = Buffer.alloc(4 * 1024 * 1024); Date.now() < deadline; ) {
          try {
            await file.write(bytes);
          } catch (error) {
            if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
            if (bytes.length > 4_096) bytes = bytes.subarray(0, bytes.length / 4);
            else await pause(50);
          }
        }
      } finally {
        await file.close();
        await rm(filler, { force: true });
      }
    },
    close: () => unmount(dir),
  };
}

function unmount(dir: string): void {
  execFileSync("umount", ["-l", dir], { stdio: "pipe" });
  rmdirSync(dir);
}

/** What a run that was killed outright left mounted. */
function unmountAbandoned(): void {
  for (const [, dir, pid] of readFileSync("/proc/mounts", "utf8").matchAll(/^lectern-faults (\S+-(\d+)-\S+) tmpfs/gm)) {
    try {
      process.kill(Number(pid), 0);
    } catch {
      unmount(dir ?? "");
    }
  }
}

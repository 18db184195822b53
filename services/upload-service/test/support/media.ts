import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { testStack } from "@lectern/local-stack";

const run = promisify(execFile);

/** One second of a real film with a tone. */
export async function tinyVideo(): Promise<Buffer> {
  const { ffmpeg } = await testStack();
  const dir = await mkdtemp(path.join(tmpdir(), "tiny-video-"));
  try {
    const file = path.join(dir, "tiny.mp4");
    const inputs = ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=10", "-f", "lavfi", "-i", "sine=frequency=440"];
    await run(ffmpeg, ["-v", "error", ...inputs, "-t", "1", "-pix_fmt", "yuv420p", "-movflags", "+faststart", file]);
    return await readFile(file);
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** A film of exactly `size` bytes, which still is one: what is added is a box that players skip. */
export function paddedTo(film: Buffer, size: number): Buffer {
  const box = Buffer.alloc(size - film.byteLength);
  box.writeUInt32BE(box.byteLength, 0);
  box.write("free", 4, "latin1");
  return Buffer.concat([film, box]);
}

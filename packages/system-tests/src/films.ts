import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { testStack } from "@lectern/local-stack";

const run = promisify(execFile);

/** A moving picture with a tone, as an MP4 with its index in front. */
export async function film(seconds: number, size = "320x180"): Promise<Buffer> {
  const { ffmpeg } = await testStack();
  const dir = await mkdtemp(path.join(tmpdir(), "lectern-film-"));
  try {
    const file = path.join(dir, "film.mp4");
    const picture = ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=25`];
    const sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"];
    const codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"];
    const output = ["-t", String(seconds), ...codecs, "-movflags", "+faststart", file];
    await run(ffmpeg, ["-nostdin", "-v", "error", ...picture, ...sound, ...output]);
    return await readFile(file);
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** The same film as a phone held upright records it: the picture lies on its side, and a matrix says to turn it. */
export function turned(mp4: Buffer): Buffer {
  const copy = Buffer.from(mp4);
  const header = copy.indexOf("tkhd"); // the picture's track comes first
  const matrix = header + 44;
  const one = 0x10000;
  [0, one, 0, -one, 0, 0].forEach((value, index) => {
    copy.writeInt32BE(value, matrix + 4 * index);
  });
  return copy;
}

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { testStack } from "@lectern/local-stack";

const run = promisify(execFile);

const SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"];

/** A moving picture with a tone, as an MP4 with its index in front. */
export function film(seconds: number, size = "320x180"): Promise<Buffer> {
  return made(seconds, async () => ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=25`, ...SOUND]);
}

/**
 * What a film of ours can have: a picture that is worth three sizes (it is noisy) at 29.97 a second, sound in Korean and
 * English, and Korean subtitles, of which `subtitle` is the only one.
 */
export function richFilm(seconds: number, subtitle: string): Promise<Buffer> {
  return made(seconds, async (dir) => {
    const text = path.join(dir, "ko.srt");
    await writeFile(text, `1\n00:00:01,000 --> 00:00:02,000\n${subtitle}\n`);
    const picture = ["-f", "lavfi", "-i", "testsrc2=size=854x480:rate=30000/1001,noise=alls=8:allf=t"];
    const maps = ["-map", "0", "-map", "1", "-map", "2", "-map", "3", "-c:s", "mov_text"];
    const languages = ["-metadata:s:a:0", "language=kor", "-metadata:s:a:1", "language=eng"];
    return [...picture, ...SOUND, ...SOUND, "-i", text, ...maps, ...languages, "-metadata:s:s:0", "language=kor"];
  });
}

async function made(seconds: number, args: (dir: string) => Promise<readonly string[]>): Promise<Buffer> {
  const { ffmpeg } = await testStack();
  const dir = await mkdtemp(path.join(tmpdir(), "lectern-film-"));
  try {
    const file = path.join(dir, "film.mp4");
    const codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"];
    const output = ["-t", String(seconds), ...codecs, "-movflags", "+faststart", file];
    await run(ffmpeg, ["-nostdin", "-v", "error", ...(await args(dir)), ...output]);
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

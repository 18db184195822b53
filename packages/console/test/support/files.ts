import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { testStack } from "@lectern/local-stack";
import type { Test } from "tap";

export const MIB = 1024 * 1024;

export interface LectureFiles {
  /** A folder with a lecture that is encoded in some seconds, and a file that is none. */
  readonly folder: string;
  /** The same lecture, cut in half. */
  readonly broken: string;
  /** The path of one that is sent in five parts: the same with empty space behind it. */
  readonly large: string;
  /** The path of another file under the same name. */
  readonly other: string;
}

const LARGE = 36 * MIB;

/** Puts the files into a folder that goes with the test. */
export async function lectureFiles(t: Test): Promise<LectureFiles> {
  const dir = await mkdtemp(path.join(tmpdir(), "lectern-console-"));
  t.teardown(() => rm(dir, { recursive: true }));
  const { ffmpeg } = await testStack();
  const film = path.join(dir, "film.mp4");
  const sources = ["testsrc2=size=640x360:rate=25", "sine=frequency=440:sample_rate=48000"];
  await promisify(execFile)(ffmpeg, [
    ...["-nostdin", "-v", "error", ...sources.flatMap((source) => ["-f", "lavfi", "-i", source])],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-t", "24"],
    ...["-movflags", "+faststart", film],
  ]);
  const lecture = await readFile(film);
  // A box of an MP4 that players pass over.
  const free = Buffer.alloc(LARGE - lecture.length);
  free.writeUInt32BE(free.length, 0);
  free.write("free", 4, "latin1");
  const large = path.join(dir, "화학 6강.mp4");
  const other = path.join(dir, "other", "화학 6강.mp4");
  await writeFile(large, Buffer.concat([lecture, free]));
  await mkdir(path.dirname(other));
  await writeFile(other, lecture);
  const folder = path.join(dir, "강의");
  await mkdir(folder);
  await writeFile(path.join(folder, "미적분 5강.mp4"), lecture);
  await writeFile(path.join(folder, "메모.txt"), "no lecture");
  const broken = path.join(dir, "끊긴 강의.mp4");
  await writeFile(broken, lecture.subarray(0, lecture.length / 2));
  return { folder, broken, large, other };
}

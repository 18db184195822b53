import { execFile } from "node:child_process";
import { existsSync, renameSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { LOCAL } from "../paths.ts";

const SECONDS = 20;

/** A low voice with overtones, in syllables, with a pause for breath after every few. */
const VOICE =
  "0.25*(sin(2*PI*118*t+2*sin(2*PI*2.6*t))+0.5*sin(2*PI*236*t)+0.3*sin(2*PI*590*t)+0.2*sin(2*PI*1180*t))" +
  "*pow(abs(sin(2*PI*2.1*t)),0.6)*lt(mod(t,3.7),3)";

/** Makes a sample lecture (a moving picture with a running clock, a speech-like sound) once, and returns its path. */
export async function sampleLecture(ffmpeg: string): Promise<string> {
  const file = path.join(LOCAL, "sample lecture.mp4");
  if (existsSync(file)) return file;
  const temporary = `${file}.${process.pid}`;
  const inputs = [`testsrc2=size=1280x720:rate=30:duration=${SECONDS}`, `aevalsrc='${VOICE}':s=48000:d=${SECONDS}`];
  await promisify(execFile)(ffmpeg, [
    ...["-hide_banner", "-loglevel", "error", "-nostdin", "-y"],
    ...inputs.flatMap((input) => ["-f", "lavfi", "-i", input]),
    ...["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "96k"],
    ...["-movflags", "+faststart", "-f", "mp4", temporary],
  ]);
  renameSync(temporary, file);
  return file;
}

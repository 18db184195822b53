import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Two seconds of a moving picture with sound. */
export async function shortLecture(ffmpeg: string, dir: string): Promise<string> {
  const path = join(dir, "short.mp4");
  const inputs = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-f", "lavfi", "-i", "sine=frequency=440"];
  const codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"];
  await run(ffmpeg, ["-nostdin", "-v", "error", ...inputs, "-t", "2", ...codecs, path]);
  return path;
}

/** A lecture made of repetitions of one second: cheap to make, and as long as it is to keep an encoder at work. */
export async function longLecture(ffmpeg: string, dir: string, seconds = 180): Promise<string> {
  const piece = join(dir, "piece.mp4");
  const path = join(dir, "long.mp4");
  const codecs = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "30", "-pix_fmt", "yuv420p"];
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=854x480:rate=30"];
  await run(ffmpeg, ["-nostdin", "-v", "error", ...picture, "-t", "1", ...codecs, piece]);
  await run(ffmpeg, ["-nostdin", "-v", "error", "-stream_loop", String(seconds - 1), "-i", piece, "-c", "copy", path]);
  return path;
}

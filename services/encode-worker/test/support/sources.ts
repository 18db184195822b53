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

/** A lecture whose encode takes long, made of repetitions of a short one: cheap to make. */
export async function longLecture(ffmpeg: string, dir: string): Promise<string> {
  const piece = join(dir, "piece.mp4");
  const path = join(dir, "long.mp4");
  const codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30"];
  await run(ffmpeg, ["-nostdin", "-v", "error", ...picture, "-t", "1", ...codecs, piece]);
  await run(ffmpeg, ["-nostdin", "-v", "error", "-stream_loop", "299", "-i", piece, "-c", "copy", path]);
  return path;
}

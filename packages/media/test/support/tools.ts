import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { testStack } from "@lectern/local-stack";
import type { MediaTools } from "../../src/index.ts";

const stack = await testStack();
export const tools: MediaTools = { ffmpeg: stack.ffmpeg, ffprobe: stack.ffprobe };

/** Makes a test file. Plain ffmpeg, without any of the guards under test. */
export async function ffmpeg(...args: readonly string[]): Promise<void> {
  await promisify(execFile)(tools.ffmpeg, ["-v", "error", "-nostdin", "-y", ...args]);
}

/** Raw bytes of ffmpeg's stdout. */
export async function ffmpegOutput(...args: readonly string[]): Promise<Buffer> {
  const options = { encoding: "buffer", maxBuffer: 64 * 1024 * 1024 } as const;
  const { stdout } = await promisify(execFile)(tools.ffmpeg, ["-v", "error", "-nostdin", ...args], options);
  return stdout;
}

/** Generated pictures and sound: "testsrc2=size=320x180:rate=30:duration=2" and the like. */
export function lavfi(source: string): string[] {
  return ["-f", "lavfi", "-i", source];
}

export const QUICK = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];

export function never(): AbortSignal {
  return new AbortController().signal;
}

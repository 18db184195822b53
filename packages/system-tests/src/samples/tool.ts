import { spawn } from "node:child_process";

export interface ToolRun {
  readonly ok: boolean;
  readonly stdout: Buffer;
  /** The last of what it complained about. */
  readonly stderr: string;
}

const MOST_BYTES = 256 * 1024 * 1024;
const KEPT_COMPLAINTS = 4_000;

/**
 * Runs ffmpeg or ffprobe with an empty environment, bounded in time and output: what it reads may be a stranger's file.
 * A tool that fails, or had to be ended, is an answer. @throws the signal's reason
 */
export function runTool(
  file: string,
  args: readonly string[],
  { seconds, signal }: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<ToolRun> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: {}, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let [bytes, stderr, ended] = [0, "", false];
    const end = () => {
      ended = true;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(end, seconds * 1000);
    signal.addEventListener("abort", end, { once: true });
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes > MOST_BYTES) end();
      else chunks.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-KEPT_COMPLAINTS);
    });
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve({ ok: code === 0 && !ended, stdout: Buffer.concat(chunks), stderr: stderr.trim() });
    });
  });
}

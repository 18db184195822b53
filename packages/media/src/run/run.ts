import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { MediaError } from "../error.ts";
import { cpuSecondsFor } from "../limits.ts";
import { guarded } from "./confine.ts";
import { LogTail } from "./log-tail.ts";

/** The first descriptor after stdin, stdout and stderr. */
export const FIRST_PIPE = 3;

export interface RunRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  /** Reads from a loopback address; without it the program has no network, where the system can do that. */
  readonly overLoopback?: boolean;
  /** Written to the child's stdin; without it stdin is closed. */
  readonly input?: readonly Buffer[];
  /** How many pipes to give it beyond stderr, as descriptors 3, 4, ... */
  readonly pipes?: number;
  readonly onLine?: (line: string) => void;
  /** Text that must not show up in `detail`: the source's name. */
  readonly hidden?: string;
}

export interface RunResult {
  readonly exitCode: number | null;
  readonly exitSignal: NodeJS.Signals | null;
  /** The wall-clock limit struck. */
  readonly timedOut: boolean;
  readonly errors: number;
  /** The last errors it logged. */
  readonly detail: string;
}

export interface Running {
  readonly stdout: Readable;
  readonly pipes: readonly Readable[];
  /** SIGKILL to the whole process group; may be called at any time. */
  kill(): void;
  /** Settles once the process is gone and its streams are closed. Rejects with the signal's reason after an abort. */
  readonly done: Promise<RunResult>;
}

/** Starts one guarded child in a process group of its own. Every stream it returns must be read. */
export function run(request: RunRequest): Running {
  const { signal, pipes = 0 } = request;
  signal.throwIfAborted();
  const limits = {
    memoryKib: Math.floor(request.memoryBytes / 1024),
    cpuSeconds: cpuSecondsFor(request.timeoutMs),
    network: request.overLoopback ? ("reads" as const) : ("none" as const),
  };
  const [file, args] = guarded(limits, [request.file, ...request.args]);
  const child = spawn(file, args, {
    cwd: "/",
    env: {},
    detached: true,
    stdio: [request.input ? "pipe" : "ignore", "pipe", "pipe", ...Array<"pipe">(pipes).fill("pipe")],
  });
  const log = new LogTail(request.hidden, request.onLine);
  child.stderr?.on("data", (chunk: Buffer) => log.push(chunk));
  if (request.input) feed(child, request.input);
  const kill = () => killGroup(child);
  return {
    stdout: stream(child, 1),
    pipes: Array.from({ length: pipes }, (_, i) => stream(child, FIRST_PIPE + i)),
    kill,
    done: watch(child, request, log, kill),
  };
}

function watch(child: ChildProcess, request: RunRequest, log: LogTail, kill: () => void): Promise<RunResult> {
  const { signal } = request;
  return new Promise<RunResult>((resolve, reject) => {
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, request.timeoutMs);
    signal.addEventListener("abort", kill, { once: true });
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", kill);
    };
    child.once("error", (cause) => {
      settle();
      reject(new MediaError("INTERNAL", `cannot start ${request.file}: ${cause.message}`, { passing: true, cause }));
    });
    child.once("close", (exitCode, exitSignal) => {
      settle();
      log.end();
      if (signal.aborted) reject(signal.reason);
      else resolve({ exitCode, exitSignal, timedOut, errors: log.errors, detail: log.detail });
    });
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    // Already gone: exactly what was asked for.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function feed(child: ChildProcess, chunks: readonly Buffer[]): void {
  const { stdin } = child;
  if (!stdin) return;
  // A program that has seen enough closes its end; its exit code says whether that was right.
  stdin.on("error", () => {});
  for (const chunk of chunks) stdin.write(chunk);
  stdin.end();
}

function stream(child: ChildProcess, descriptor: number): Readable {
  const found: Readable | Writable | null | undefined = child.stdio[descriptor];
  if (!found || !("read" in found)) throw new Error(`descriptor ${descriptor} is no readable stream`);
  return found;
}

/** Everything a stream gives, as long as it stays within `maxBytes`; beyond that `tooMuch` is called once. */
export async function collect(stream: Readable, maxBytes: number, tooMuch: () => void): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > maxBytes) {
      tooMuch();
      break;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

import { MediaError } from "../error.ts";
import { toNumber } from "../fraction.ts";
import { inputName } from "../guards.ts";
import type { EncodePlan } from "../plan-types.ts";
import type { DecodedStream, EncodeRequest, SegmentFile } from "../result-types.ts";
import { failureOf } from "../run/failure.ts";
import { FIRST_PIPE, type Running, type RunResult, run } from "../run/run.ts";
import type { MediaLimits } from "../types.ts";
import { ProgressReader, parseAccount } from "./accounts.ts";
import { encodeArgs, renditionIds, type Sink } from "./args.ts";
import { type SplitResult, splitFragments } from "./split.ts";

export interface PassResult {
  /** By rendition id; null where nothing was written. */
  readonly splits: ReadonlyMap<string, SplitResult | null>;
  /** The storyboard's pictures: JPEGs, one after the other. Empty for none. */
  readonly pictures: Buffer;
  readonly decoded: readonly DecodedStream[];
  readonly log: { readonly errors: number; readonly detail: string };
}

/** Far above the pictures of a film of twelve hours; beyond it there is no storyboard. */
const MAX_PICTURES_BYTES = 64 * 1024 * 1024;

/**
 * One ffmpeg process for all renditions of a plan, each through a pipe of its own into a splitter: nothing is written
 * twice, and ffmpeg itself may write no file at all. Rejects with MediaError, or the signal's reason after an abort.
 */
export async function runPass(request: EncodeRequest, plan: EncodePlan, limits: MediaLimits): Promise<PassResult> {
  const ids = renditionIds(plan);
  const sinks = ids.map((_, i): Sink => ({ kind: "fragments", name: `pipe:${FIRST_PIPE + i}` }));
  const storyboard = plan.video ? `pipe:${FIRST_PIPE + ids.length}` : null;
  const decoded: DecodedStream[] = [];
  const running = run({
    file: request.tools.ffmpeg,
    args: encodeArgs(plan, request.sourcePath, sinks, { limits, progress: "pipe:1", storyboard }),
    signal: request.signal,
    timeoutMs: limits.encodeTimeoutMs,
    memoryBytes: limits.memoryBytes,
    pipes: ids.length + (storyboard === null ? 0 : 1),
    hidden: inputName({ path: request.sourcePath }),
    onLine: (line) => {
      const account = parseAccount(line);
      if (account) decoded.push(account);
    },
  });
  // The first thing that went wrong on this side; ffmpeg is killed for it, and its own end then explains nothing.
  let fault: unknown = null;
  const stop = (error: unknown) => {
    fault ??= error;
    running.kill();
  };
  const cut = new Map<string, number>();
  const heard = {
    ...request,
    onSegment: (file: SegmentFile) => {
      cut.set(file.rendition, (cut.get(file.rendition) ?? 0) + file.durationSeconds);
      request.onSegment?.(file);
    },
  };
  followProgress(running, request, plan, cut, (seconds) => {
    if (seconds > limits.maxDurationSeconds) {
      stop(new MediaError("LIMITS_EXCEEDED", `more than ${limits.maxDurationSeconds} s of output`));
    }
  });
  const splitting = ids.map((rendition, i) => split(running, heard, plan, { rendition, pipe: i, stop }));
  const board = running.pipes[ids.length];
  const drawing = board ? gathered(board) : Buffer.alloc(0);
  const [ended, drawn, ...splits] = await Promise.allSettled([running.done, drawing, ...splitting]);
  if (ended.status === "rejected") throw ended.reason;
  const result = ended.value;
  const found = splits.map((settled) => (settled.status === "fulfilled" ? settled.value : null));
  explain(result, fault);
  const pictures = drawn.status === "fulfilled" ? drawn.value : Buffer.alloc(0);
  return { pictures, splits: new Map(ids.map((id, i) => [id, found[i] ?? null])), decoded, log: result };
}

/** All that a stream gives; nothing where it is too much. Read to its end in every case: a broken pipe ends ffmpeg. */
async function gathered(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  let chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of stream) {
    total += chunk.length;
    if (total <= MAX_PICTURES_BYTES) chunks.push(chunk);
    else chunks = [];
  }
  return Buffer.concat(chunks);
}

async function split(
  running: Running,
  request: EncodeRequest,
  plan: EncodePlan,
  { rendition, pipe, stop }: { rendition: string; pipe: number; stop: (error: unknown) => void },
): Promise<SplitResult | null> {
  const stream = running.pipes[pipe];
  if (!stream) throw new RangeError(`no pipe ${pipe}`);
  const audio = plan.audio.some(({ id }) => id === rendition);
  try {
    return await splitFragments(stream, {
      rendition,
      outDir: request.outDir,
      gatherSeconds: audio ? plan.segmentSeconds : null,
      contentType: audio ? "audio/mp4" : "video/mp4",
      onFile: (file) => request.onSegment?.(file),
    });
  } catch (error) {
    stop(error);
    throw error;
  }
}

/** @param cut seconds by rendition that are in whole segments */
function followProgress(
  running: Running,
  request: EncodeRequest,
  plan: EncodePlan,
  cut: ReadonlyMap<string, number>,
  check: (seconds: number) => void,
) {
  const { video, expectedSeconds } = plan;
  const reader = new ProgressReader((frames) => {
    // Sound is encoded far ahead of the picture: only the picture's own count says how far the work is. Of sound alone
    // ffmpeg's time is counted from its first news where time stamps are kept, so what came out of it must do.
    const sound = plan.audio.reduce((sum, { id }) => sum + (cut.get(id) ?? 0), 0) / Math.max(1, plan.audio.length);
    const doneSeconds = video ? frames / toNumber(video.frameRate) : sound;
    check(doneSeconds);
    request.onProgress?.({ doneSeconds, expectedSeconds });
  });
  running.stdout.on("data", (chunk: Buffer) => reader.push(chunk));
}

/** Throws what went wrong, if anything did: what struck first, not what followed from it. */
function explain(result: RunResult, fault: unknown): void {
  if (result.timedOut) throw failureOf("encode", result);
  if (fault instanceof MediaError) throw fault;
  if (isSystemError(fault)) {
    const detail = `cannot store the output: ${fault.code}`;
    throw new MediaError("INTERNAL", detail, { passing: true, cause: fault });
  }
  // A pipe that ends within a box is what a dying ffmpeg leaves: then its own words count.
  const died = result.exitCode !== 0 && result.exitSignal !== "SIGKILL";
  if (died || (fault === null && result.exitCode !== 0)) throw failureOf("encode", result);
  if (fault instanceof Error) throw new MediaError("OUTPUT_INVALID", fault.message, { cause: fault });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error;
}

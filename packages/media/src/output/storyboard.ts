import { toNumber } from "../fraction.ts";
import type { StoryboardPlan, VideoPlan } from "../plan-types.ts";
import type { OutputFile, Storyboard } from "../result-types.ts";
import { collect, run } from "../run/run.ts";
import type { Fraction, MediaLimits, MediaTools } from "../types.ts";
import { splitJpegs } from "./jpeg.ts";
import { vttTime } from "./webvtt.ts";
import { writeOutput } from "./write-output.ts";

export const STORYBOARD_NAME = "storyboard.vtt";
/** A header that claimed a second of what lasts hours asked for far too many pictures. */
const MOST_SHEETS = 500;
const MAX_SHEETS_BYTES = 64 * 1024 * 1024;

interface Drawn {
  readonly frames: number;
  /** JPEGs, one after the other. */
  readonly pictures: Buffer;
}

interface StoryboardRequest {
  readonly tools: MediaTools;
  readonly outDir: string;
  readonly signal: AbortSignal;
  readonly limits: MediaLimits;
}

/**
 * Puts the small pictures of an encode onto sheets and writes these and their index. Null where there is no picture, or
 * not those that were planned: a storyboard is an ornament, and no film fails for it. Rejects only after an abort.
 */
export async function writeStoryboard(
  video: VideoPlan | null,
  { frames, pictures }: Drawn,
  request: StoryboardRequest,
): Promise<Storyboard | null> {
  if (!video || frames === 0) return null;
  const plan = video.storyboard;
  const count = Math.ceil(frames / plan.everyFrames);
  const expected = Math.ceil(count / (plan.columns * plan.rows));
  if (expected > MOST_SHEETS || splitJpegs(pictures).length !== count) return null;
  const made = await makeSheets(plan, pictures, request);
  if (made.length !== expected) return null;
  const sheets: OutputFile[] = [];
  for (const [i, sheet] of made.entries()) {
    sheets.push(await writeOutput(request.outDir, sheetName(i), sheet, "image/jpeg"));
  }
  const text = buildStoryboard(plan, video.frameRate, frames);
  const index = await writeOutput(request.outDir, STORYBOARD_NAME, Buffer.from(text), "text/vtt");
  return { index, sheets, pictures: count };
}

/** Reads the pictures from stdin, writes sheets to stdout; the last is filled up with black. Pure. */
export function sheetArgs({ columns, rows }: StoryboardPlan): string[] {
  return [
    ...["-hide_banner", "-nostats", "-v", "level+error", "-protocol_whitelist", "pipe", "-f", "mjpeg", "-i", "pipe:0"],
    ...["-vf", `tile=${columns}x${rows}`, "-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "5"],
    ...["-fflags", "+bitexact", "-flags", "+bitexact", "-f", "mjpeg", "pipe:1"],
  ];
}

async function makeSheets(plan: StoryboardPlan, pictures: Buffer, request: StoryboardRequest): Promise<Buffer[]> {
  const { limits, signal, tools } = request;
  const running = run({
    file: tools.ffmpeg,
    args: sheetArgs(plan),
    signal,
    timeoutMs: limits.checkTimeoutMs,
    memoryBytes: limits.memoryBytes,
    input: [pictures],
  });
  const [bytes, { exitCode }] = await Promise.all([
    collect(running.stdout, MAX_SHEETS_BYTES, running.kill),
    running.done,
  ]);
  return exitCode === 0 ? splitJpegs(bytes) : [];
}

/** The index that players read: each cue is a picture's time, its text the sheet with `#xywh=`. Pure. */
function buildStoryboard(plan: StoryboardPlan, frameRate: Fraction, frames: number): string {
  const { columns, rows, width, height, everyFrames } = plan;
  const seconds = (frame: number) => vttTime(frame / toNumber(frameRate));
  const cues: string[] = [];
  for (let picture = 0; picture * everyFrames < frames; picture += 1) {
    const place = picture % (columns * rows);
    const [x, y] = [(place % columns) * width, Math.floor(place / columns) * height];
    const end = Math.min(frames, (picture + 1) * everyFrames);
    const sheet = sheetName(Math.floor(picture / (columns * rows)));
    cues.push(`${seconds(picture * everyFrames)} --> ${seconds(end)}\n${sheet}#xywh=${x},${y},${width},${height}\n`);
  }
  return ["WEBVTT\n", ...cues].join("\n");
}

function sheetName(index: number): string {
  return `storyboard-${String(index + 1).padStart(3, "0")}.jpg`;
}

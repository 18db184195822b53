import { toNumber } from "../fraction.ts";
import type { StoryboardPlan, VideoPlan } from "../plan-types.ts";
import type { OutputFile, Storyboard } from "../result-types.ts";
import type { Fraction } from "../types.ts";
import { vttTime } from "./webvtt.ts";
import { writeOutput } from "./write-output.ts";

export const STORYBOARD_NAME = "storyboard.vtt";
/** A header that claimed a second of what lasts hours asked for far too many pictures. */
const MOST_SHEETS = 500;

/** Writes sheets and index of the storyboard. Null where there is no picture, or ffmpeg gave other sheets than planned. */
export async function writeStoryboard(
  video: VideoPlan | null,
  made: { readonly frames: number; readonly sheets: readonly Buffer[]; readonly outDir: string },
): Promise<Storyboard | null> {
  if (!video || made.frames === 0) return null;
  const plan = video.storyboard;
  const pictures = Math.ceil(made.frames / plan.everyFrames);
  const expected = Math.ceil(pictures / (plan.columns * plan.rows));
  if (made.sheets.length !== expected || expected > MOST_SHEETS) return null;
  const sheets: OutputFile[] = [];
  for (const [i, sheet] of made.sheets.entries()) {
    sheets.push(await writeOutput(made.outDir, sheetName(i), sheet, "image/jpeg"));
  }
  const text = buildStoryboard(plan, video.frameRate, made.frames);
  const index = await writeOutput(made.outDir, STORYBOARD_NAME, Buffer.from(text), "text/vtt");
  return { index, sheets, pictures };
}

/** The index that players read: each cue is a picture's time, its text the sheet with `#xywh=`. Pure. */
export function buildStoryboard(plan: StoryboardPlan, frameRate: Fraction, frames: number): string {
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

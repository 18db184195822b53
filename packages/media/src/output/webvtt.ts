import type { Cue } from "../result-types.ts";
import type { Chapter } from "../types.ts";

/** More than a lecture of a day has; beyond it somebody is filling the store. */
const MAX_CUES = 50_000;
const TIMING = /^(?:(\d+):)?(\d\d):(\d\d)\.(\d{3}) --> (?:(\d+):)?(\d\d):(\d\d)\.(\d{3})(?:[ \t]+(.*))?$/;

/** "00:01:02.500". */
export function vttTime(seconds: number): string {
  const ms = Math.round(Math.max(0, seconds) * 1000);
  const part = (value: number, length = 2) => String(Math.floor(value)).padStart(length, "0");
  return `${part(ms / 3_600_000)}:${part((ms / 60_000) % 60)}:${part((ms / 1000) % 60)}.${part(ms % 1000, 3)}`;
}

/** Reads the cues of what ffmpeg wrote as WebVTT; `zeroSeconds` is taken off their times. Pure. */
export function parseCues(text: string, zeroSeconds: number): Cue[] {
  const cues: Cue[] = [];
  let lines: string[] = [];
  let head: Omit<Cue, "text"> | null = null;
  const finish = () => {
    // An empty line would end the cue, and what follows would be lost or taken for another.
    const kept = lines.map((line) => line.trim()).filter((line) => line !== "");
    if (head && kept.length > 0 && head.endSeconds > 0) cues.push({ ...head, text: kept.join("\n") });
    lines = [];
  };
  for (const line of text.split(/\r?\n/)) {
    const timing = TIMING.exec(line);
    if (!timing) {
      lines.push(line.replaceAll("-->", "→"));
      continue;
    }
    finish();
    if (cues.length >= MAX_CUES) return cues;
    const startSeconds = Math.max(0, secondsOf(timing.slice(1, 5)) - zeroSeconds);
    head = { startSeconds, endSeconds: secondsOf(timing.slice(5, 9)) - zeroSeconds, settings: timing[9] ?? "" };
  }
  finish();
  return cues;
}

function secondsOf([hours, minutes, seconds, ms]: readonly (string | undefined)[]): number {
  return Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(ms) / 1000;
}

/** One file of subtitles; cues end with the film. The map says that 0 here is 0 of sound and picture. Pure. */
export function buildSubtitles(cues: readonly Cue[], durationSeconds: number): string {
  const shown = cues.filter((cue) => cue.startSeconds < durationSeconds);
  const blocks = shown.map(({ startSeconds, endSeconds, settings, text }) => {
    const timing = `${vttTime(startSeconds)} --> ${vttTime(Math.min(endSeconds, durationSeconds))}`;
    return `${settings === "" ? timing : `${timing} ${settings}`}\n${text}\n`;
  });
  return ["WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n", ...blocks].join("\n");
}

/** Chapters as a browser's `<track kind="chapters">` takes them. Pure. */
export function buildChapterTrack(chapters: readonly Chapter[]): string {
  const cues = chapters.map(
    ({ startSeconds, endSeconds, title }, i) =>
      `${vttTime(startSeconds)} --> ${vttTime(endSeconds)}\n${escaped(title ?? `Chapter ${i + 1}`)}\n`,
  );
  return ["WEBVTT\n", ...cues].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

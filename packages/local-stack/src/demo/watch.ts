import { setTimeout as sleep } from "node:timers/promises";
import type { LectureApi, VideoProgress } from "./api.ts";

const POLL_MS = 500;
const PATIENCE_MS = 60_000;
const BAR = 24;

/** "about 1 min 5 s left", or nothing while there is no forecast. */
export function timeLeft(seconds: number | null): string {
  if (seconds === null) return "";
  const whole = Math.max(1, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return `about ${minutes > 0 ? `${minutes} min ` : ""}${whole % 60} s left`;
}

/** One line that says how far it is. */
export function progressLine(state: VideoProgress): string {
  const filled = Math.round((Math.min(100, Math.max(0, state.progress)) / 100) * BAR);
  const bar = "#".repeat(filled) + "-".repeat(BAR - filled);
  const step =
    state.encoding_step_name === null
      ? state.status.toLowerCase()
      : `${state.encoding_step_index}/${state.encoding_step_total} ${state.encoding_step_name}`;
  const percent = `${Math.floor(state.progress)} %`.padStart(5);
  return `[${bar}] ${percent}  ${step.padEnd(16)}  ${timeLeft(state.encoding_remaining_seconds)}`.trimEnd();
}

/** Where the progress is shown: drawn over itself on a terminal, else a line whenever it changed. */
export interface Screen {
  show(line: string): void;
  done(): void;
}

export function screenOn(output: NodeJS.WriteStream): Screen {
  let last = "";
  if (output.isTTY !== true) {
    return {
      show(line) {
        if (line !== last) output.write(`${line}\n`);
        last = line;
      },
      done() {},
    };
  }
  return {
    show: (line) => output.write(`\r\u001b[K${line.slice(0, (output.columns || 80) - 1)}`),
    done: () => output.write("\n"),
  };
}

/**
 * Polls until the video is READY or FAILED. A poll that fails is shown as such and tried again;
 * throws the last failure after a minute without any answer.
 */
export async function watch(api: LectureApi, id: number, screen: Screen, signal: AbortSignal): Promise<VideoProgress> {
  let answeredAt = Date.now();
  try {
    for (;;) {
      try {
        const state = await api.progress(id);
        answeredAt = Date.now();
        screen.show(progressLine(state));
        if (state.status === "READY" || state.status === "FAILED") return state;
      } catch (error) {
        if (Date.now() - answeredAt > PATIENCE_MS) throw error;
        screen.show("the progress cannot be asked for at the moment, trying again");
      }
      await sleep(POLL_MS, undefined, { signal });
    }
  } finally {
    screen.done();
  }
}

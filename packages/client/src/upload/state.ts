import type { LecternError } from "../errors.ts";

export type UploadPhase =
  | "creating"
  | "uploading"
  | "paused"
  | "offline"
  | "completing"
  | "done"
  | "failed"
  | "aborted";

/** A snapshot: replaced at each change, never changed. */
export interface UploadState {
  readonly phase: UploadPhase;
  /** Of the video; null until it is created. */
  readonly id: number | null;
  readonly title: string;
  readonly filename: string;
  readonly sentBytes: number;
  readonly totalBytes: number;
  /** Of the last seconds; null where it is not known. */
  readonly bytesPerSecond: number | null;
  readonly remainingSeconds: number | null;
  /** Why it failed, or what it waits for while it goes on by itself. */
  readonly error: LecternError | null;
}

const WINDOW_MS = 15_000;

interface Sample {
  /** Milliseconds. */
  readonly at: number;
  readonly bytes: number;
}

/** The speed of the last seconds of sending, from what was sent by when. Waits, and what is sent anew, do not count. */
export class Speed {
  /** On a clock that runs while something is sent, of bytes that went over the line. */
  #samples: Sample[] = [];
  #last: Sample | null = null;

  /** @returns bytes a second; null until there is enough to tell */
  add(bytes: number, at = performance.now()): number | null {
    const before = this.#samples.at(-1) ?? { at: 0, bytes: 0 };
    const last = this.#last ?? { at, bytes };
    // A part that is lost takes back what was sent of it.
    const now = { at: before.at + at - last.at, bytes: before.bytes + Math.max(0, bytes - last.bytes) };
    this.#last = { at, bytes };
    this.#samples.push(now);
    while ((this.#samples[1]?.at ?? now.at) < now.at - WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0] ?? now;
    return now.at - first.at < 500 ? null : (now.bytes - first.bytes) / ((now.at - first.at) / 1000);
  }

  /** Nothing is sent until the next `add`. */
  hold(): void {
    this.#last = null;
  }

  reset(): void {
    this.#samples = [];
    this.#last = null;
  }
}

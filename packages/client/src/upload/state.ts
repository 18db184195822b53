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

/** The speed of the last seconds, from what was sent by when. */
export class Speed {
  #samples: { at: number; bytes: number }[] = [];

  /** @returns bytes a second; null until there is enough to tell */
  add(bytes: number, at = performance.now()): number | null {
    const last = this.#samples.at(-1);
    // What has to be sent anew is no speed.
    if (last !== undefined && bytes < last.bytes) this.#samples = [];
    this.#samples.push({ at, bytes });
    while ((this.#samples[1]?.at ?? at) < at - WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0];
    if (first === undefined || at - first.at < 500) return null;
    return (bytes - first.bytes) / ((at - first.at) / 1000);
  }

  reset(): void {
    this.#samples = [];
  }
}

import type { DecodedStream } from "../result-types.ts";

/** ffmpeg's closing accounts at `-loglevel verbose`, alike in 5.1 to 8: "Input stream #0:1 (audio): 9 packets read ...". */
const ACCOUNT = /Input stream #0:(\d+) \((?:video|audio)\): (\d+) packets read \(\d+ bytes\); (\d+) frames decoded/;

export function parseAccount(line: string): DecodedStream | null {
  const match = ACCOUNT.exec(line);
  return match ? { streamIndex: Number(match[1]), packets: Number(match[2]), frames: Number(match[3]) } : null;
}

/** Follows `-progress`: what is done so far, in frames of the first video output and in microseconds. */
export class ProgressReader {
  #partial = "";
  #frames = 0;
  #microseconds = 0;
  readonly #onUpdate: (frames: number, seconds: number) => void;

  constructor(onUpdate: (frames: number, seconds: number) => void) {
    this.#onUpdate = onUpdate;
  }

  push(chunk: Buffer): void {
    const lines = (this.#partial + chunk.toString("latin1")).split("\n");
    this.#partial = lines.pop() ?? "";
    for (const line of lines) {
      const [key, value] = line.split("=");
      const number = Number(value);
      if (key === "frame" && number >= 0) this.#frames = number;
      // "N/A" before the first packet.
      if (key === "out_time_us" && number >= 0) this.#microseconds = number;
      if (key === "progress") this.#onUpdate(this.#frames, this.#microseconds / 1_000_000);
    }
  }
}

import { inputGuards, inputName } from "../guards.ts";
import { limitsWith } from "../limits.ts";
import { run } from "../run/run.ts";
import type { MediaLimits, MediaTools } from "../types.ts";

/** How the bits of a picture are spread over the film: what many bits were spent on costs an encoder more, too. */
export interface Density {
  readonly binSeconds: number;
  /** Bits in each stretch of `binSeconds`, from the first packet on. */
  readonly bits: readonly number[];
  /** From the first packet to the last. */
  readonly seconds: number;
}

const MOST_BINS = 600;
const LEAST_BIN_SECONDS = 1;
/** Of a stream that nothing is known of: more than any film may last. */
const MOST_UNKNOWN_SECONDS = 200_000;

/**
 * Reads the sizes of a stream's packets; nothing is decoded. Null where they cannot be told: it is an aid to forecasts and
 * no more. Rejects only after an abort, with the signal's reason.
 * @param request.durationSeconds roughly; packets beyond twice as much are left out. Null where nobody knows
 */
export async function readDensity(request: {
  readonly tools: MediaTools;
  readonly sourcePath: string;
  readonly streamIndex: number;
  readonly durationSeconds: number | null;
  readonly signal: AbortSignal;
  readonly limits?: Partial<MediaLimits>;
}): Promise<Density | null> {
  const { durationSeconds, signal, sourcePath, streamIndex, tools } = request;
  const limits = limitsWith(request.limits);
  const binSeconds = Math.max(LEAST_BIN_SECONDS, (durationSeconds ?? 0) / MOST_BINS);
  const most = durationSeconds === null ? MOST_UNKNOWN_SECONDS : 2 * Math.ceil(durationSeconds / binSeconds) + 2;
  const bins = new BitBins(binSeconds, most);
  const running = run({
    file: tools.ffprobe,
    args: [
      ...["-hide_banner", "-v", "level+error", ...inputGuards("file", limits)],
      ...["-select_streams", String(streamIndex), "-show_entries", "packet=pts_time,dts_time,size"],
      ...["-of", "csv=print_section=0", "-i", inputName({ path: sourcePath })],
    ],
    signal,
    timeoutMs: limits.encodeTimeoutMs,
    memoryBytes: limits.memoryBytes,
    hidden: inputName({ path: sourcePath }),
  });
  let rest = "";
  running.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) bins.take(line);
  });
  try {
    await running.done;
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
  return bins.density();
}

/** Sums packets, one a line: `pts_time,dts_time,size`, times "N/A" where there are none. */
export class BitBins {
  readonly #bits: number[] = [];
  #start: number | null = null;
  #seconds = 0;

  readonly binSeconds: number;
  readonly most: number;

  /** @param most bins; what lies beyond is left out */
  constructor(binSeconds: number, most: number) {
    this.binSeconds = binSeconds;
    this.most = most;
  }

  take(line: string): void {
    const [pts, dts, bytes] = line.split(",").map(Number);
    const time = pts === undefined || Number.isNaN(pts) ? dts : pts;
    if (time === undefined || bytes === undefined || !Number.isFinite(time) || !(bytes > 0)) return;
    this.#start ??= time;
    const bin = Math.max(0, Math.floor((time - this.#start) / this.binSeconds));
    if (bin >= this.most) return;
    this.#bits[bin] = (this.#bits[bin] ?? 0) + bytes * 8;
    this.#seconds = Math.max(this.#seconds, time - this.#start);
  }

  density(): Density | null {
    if (this.#bits.length === 0) return null;
    const bits = Array.from(this.#bits, (each) => each ?? 0);
    return { binSeconds: this.binSeconds, bits, seconds: this.#seconds };
  }
}

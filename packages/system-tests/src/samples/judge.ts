import type { Sample } from "./manifest.ts";
import type { Published } from "./published.ts";
import type { Followed } from "./submit.ts";

/** All that was seen of one file. */
export interface Seen {
  readonly sample: Sample;
  readonly followed: Followed;
  readonly published: Published | null;
  /** By our own decode of the source, where the manifest's figure was not met. */
  readonly sourceSeconds: number | null;
  readonly soundLateMs: number | null;
  /** Addresses that ffmpeg or ffprobe turned to. */
  readonly outbound: readonly string[];
  /** Objects below a FAILED video's prefix that a player could be given. */
  readonly half: readonly string[];
  /** A service died meanwhile. */
  readonly restarts: readonly string[];
}

/** Times of the last frame are told differently by different tools, and slow films have long frames. */
const LENGTH_SECONDS = 0.5;
const LENGTH_SHARE = 0.02;
/** What EBU R 37 lets pass at the worst. */
const SOUND_LATE_MS = 60;
/** Rounded to even, and not every tool rounds alike. */
const PIXELS = 2;

/** What does not agree with the manifest or with what the system promises; empty where all is well. Pure. */
export function disagreements(seen: Seen): string[] {
  const { followed, outbound, restarts, sample } = seen;
  const { fate, untrue } = followed;
  const found = [...untrue, ...outbound.map((address) => `an outbound request to ${address}`), ...restarts];
  if (followed.attempts > 1) found.push(`${followed.attempts} attempts`);
  if (fate.kind === "hung") return [`hung: ${fate.where}`, ...found];
  if (sample.allowed.size === 0) found.push(`"${sample.expected}" says neither READY nor FAILED`);
  else if (!sample.allowed.has(fate.kind)) found.push(`${fate.kind} instead of ${[...sample.allowed].join(" or ")}`);
  return [...found, ...(fate.kind === "READY" ? readyProblems(seen, fate.duration) : failedProblems(seen, fate))];
}

function failedProblems(
  { half }: Seen,
  fate: { readonly code: string; readonly reason: string | null; readonly hlsPath: string | null },
): string[] {
  const found: string[] = half.map((key) => `a half result: ${key}`);
  if (fate.hlsPath !== null) found.push(`FAILED with the path ${fate.hlsPath}`);
  if (fate.code === "" || fate.code === "INTERNAL" || fate.code === "POISON")
    found.push(`the reason code ${fate.code}`);
  if (!/[가-힣]/.test(fate.reason ?? "")) found.push(`no reason that a teacher understands: ${fate.reason}`);
  return found;
}

function readyProblems({ sample, published, sourceSeconds, soundLateMs }: Seen, duration: number): string[] {
  if (published === null) return [];
  const found = [...published.problems];
  const { width, height, seconds, frames } = published;
  if (sample.display && width !== null && height !== null) {
    const { width: w, height: h } = sample.display;
    if (!sameProportions({ width, height }, sample.display)) found.push(`${width}x${height} instead of ${w}x${h}`);
    if (width > w + PIXELS || height > h + PIXELS) found.push(`${width}x${height} is larger than ${w}x${h}`);
  }
  if (sample.display && width === null && (sample.decoded?.frames ?? 0) > 0) found.push("the picture is missing");
  if (frames === 0) found.push("no frames");
  if (Math.abs(duration - Math.max(1, Math.round(seconds))) > 1)
    found.push(`says ${duration} s and lasts ${seconds} s`);
  const told = [sample.decoded?.seconds, sourceSeconds].filter((value) => typeof value === "number");
  if (told.length > 0 && !told.some((value) => sameLength(seconds, value)))
    found.push(`lasts ${seconds.toFixed(2)} s instead of ${told.map((value) => value.toFixed(2)).join(" or ")} s`);
  if (soundLateMs !== null && Math.abs(soundLateMs) > SOUND_LATE_MS) found.push(`sound ${soundLateMs} ms late`);
  return found;
}

export function sameLength(output: number, source: number): boolean {
  return Math.abs(output - source) <= Math.max(LENGTH_SECONDS, source * LENGTH_SHARE);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Whether a picture of these proportions, rounded by a pixel or two either way, can be the other one. */
export function sameProportions(output: Size, source: Size): boolean {
  const least = (output.width - PIXELS) / (output.height + PIXELS);
  const most = (output.width + PIXELS) / Math.max(1, output.height - PIXELS);
  const wanted = source.width / source.height;
  return wanted >= least && wanted <= most;
}

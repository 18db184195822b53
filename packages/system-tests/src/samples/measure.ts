import { DEFAULT_LIMITS, inputGuards, type MediaInfo, planEncode, probe } from "@lectern/media";
import { lagOf, type Signal } from "./lag.ts";
import type { Published } from "./published.ts";
import { runTool } from "./tool.ts";

export interface Tools {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  readonly signal: AbortSignal;
}

/** What the source has, measured apart from the worker; only of a file that came out READY. */
export interface SourceFacts {
  readonly info: MediaInfo;
  readonly video: number | null;
  readonly audio: number | null;
  /** Where the file begins, in seconds, if its own time stamps are to be believed; null: as ffmpeg shifts them. */
  readonly begins: number | null;
}

const PICTURE_HZ = 100;
const SOUND_HZ = 8_000;
/** Loudness is compared at a thousand values a second. */
const ENVELOPE_HZ = 1_000;
const SIDE = 16;
/** Sound and picture are compared over this much. */
const SECONDS = 60;
const LIMIT = { seconds: 240 };

export async function sourceFacts(file: string, tools: Tools): Promise<SourceFacts | null> {
  const probed = await probe(tools, { path: file }, { signal: tools.signal });
  if (probed.kind !== "media") return null;
  const plan = planEncode(probed.info);
  const begins = plan.copyTimestamps ? probed.info.startSeconds : null;
  const [video, audio] = [plan.video?.streamIndex ?? null, plan.audio[0]?.streamIndex ?? null];
  return { info: probed.info, video, audio, begins };
}

/** Seconds from the first to the last that decodes, by the frames' own times; null where that takes too long. */
export async function decodedSeconds(
  file: string,
  { video, audio }: SourceFacts,
  tools: Tools,
): Promise<number | null> {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const stream of [video, audio]) {
    if (stream === null) continue;
    const args = [...input(file), "-copyts", "-map", `0:${stream}`, "-fps_mode", "passthrough", "-f", "framecrc", "-"];
    const { ok, stdout } = await runTool(tools.ffmpeg, args, { ...LIMIT, signal: tools.signal });
    const text = stdout.toString();
    const [, num = "1", den = "1"] = /^#tb 0: (\d+)\/(\d+)/m.exec(text) ?? [];
    if (!ok && text === "") return null;
    for (const line of text.split("\n")) {
      const [stream, , pts, duration] = line.split(",").map(Number);
      if (stream !== 0 || pts === undefined || duration === undefined) continue;
      from = Math.min(from, (pts * Number(num)) / Number(den));
      to = Math.max(to, ((pts + duration) * Number(num)) / Number(den));
    }
  }
  return to > from ? to - from : null;
}

/**
 * How much later the sound is against the picture than it was in the source, in milliseconds; null where it cannot be
 * told (nothing moves, silence, one of them missing, too short).
 */
export async function soundLateMs(
  file: string,
  source: SourceFacts,
  out: Published,
  tools: Tools,
): Promise<number | null> {
  if (source.video === null || source.audio === null || out.video === null || out.audio === null) return null;
  const { begins } = source;
  const picture = lagOf(
    await pictureOf(file, { stream: `0:${source.video}`, beside: `0:${source.audio}`, begins }, tools),
    await pictureOf(out.video, { stream: "0:v:0", beside: null, begins: null }, tools),
    { hz: PICTURE_HZ, width: SIDE * SIDE },
  );
  if (picture === null) return null;
  const sound = lagOf(
    envelope(await soundOf(file, { stream: `0:${source.audio}`, beside: `0:${source.video}`, begins }, tools)),
    envelope(await soundOf(out.audio, { stream: "0:a:0", beside: null, begins: null }, tools)),
    { hz: ENVELOPE_HZ, width: 1 },
  );
  return sound === null ? null : Math.round((sound - picture) * 1000);
}

function input(file: string): string[] {
  return ["-nostdin", "-v", "error", ...inputGuards("file", DEFAULT_LIMITS), "-i", `file:${file}`];
}

interface Measured {
  readonly stream: string;
  /** The other one of sound and picture; null where there is none in the file. */
  readonly beside: string | null;
  readonly begins: number | null;
}

/**
 * A transport stream's time is shifted by where the streams that are used begin: the other one must be used, too, or sound
 * and picture are shifted by different times.
 */
function copied(stream: string | null): string[] {
  return stream === null ? [] : ["-map", stream, "-c", "copy", "-t", String(SECONDS), "-f", "null", "-"];
}

/** Small grey pictures, a hundred a second from the file's start. */
async function pictureOf(
  file: string,
  { stream, beside, begins }: Measured,
  { ffmpeg, signal }: Tools,
): Promise<Signal> {
  const filters = `${begins === null ? "" : `setpts=PTS-${begins}/TB,`}fps=${PICTURE_HZ}:start_time=0,scale=${SIDE}:${SIDE}:flags=area,format=gray`;
  const args = [
    ...(begins === null ? [] : ["-copyts"]),
    ...input(file),
    "-map",
    stream,
    "-vf",
    filters,
    "-t",
    String(SECONDS),
    "-f",
    "rawvideo",
    "-",
    ...copied(beside),
  ];
  return (await runTool(ffmpeg, args, { ...LIMIT, signal })).stdout;
}

async function soundOf(
  file: string,
  { stream, beside, begins }: Measured,
  { ffmpeg, signal }: Tools,
): Promise<Int16Array> {
  const filters = `${begins === null ? "" : `asetpts=PTS-${begins}/TB,`}aresample=${SOUND_HZ}:async=1:first_pts=0,aformat=channel_layouts=mono`;
  const args = [
    ...(begins === null ? [] : ["-copyts"]),
    ...input(file),
    "-map",
    stream,
    "-af",
    filters,
    "-t",
    String(SECONDS),
    "-f",
    "s16le",
    "-",
    ...copied(beside),
  ];
  const { stdout } = await runTool(ffmpeg, args, { ...LIMIT, signal });
  const aligned = Uint8Array.from(stdout.subarray(0, stdout.length - (stdout.length % 2)));
  return new Int16Array(aligned.buffer);
}

function envelope(samples: Int16Array): Signal {
  const each = SOUND_HZ / ENVELOPE_HZ;
  const values = new Float32Array(Math.floor(samples.length / each));
  for (const [i] of values.entries()) {
    let sum = 0;
    for (let k = 0; k < each; k += 1) sum += Math.abs(samples[i * each + k] ?? 0);
    values[i] = sum / each;
  }
  return values;
}

import { allEnded } from "./all-ended.ts";
import { ProgressReader } from "./encode/accounts.ts";
import { PEAK_LIMIT_DB, stereo } from "./encode/filters.ts";
import { inputGuards, inputName } from "./guards.ts";
import { limitsWith } from "./limits.ts";
import { planWith } from "./plan/plan.ts";
import type { AudioRenditionPlan, EncodePlan, Loudness } from "./plan-types.ts";
import { run } from "./run/run.ts";
import type { MediaLimits, MediaTools } from "./types.ts";

/** What EBU R 128 measures of a whole track: integrated loudness in LUFS, highest sample in dB of full scale. */
interface Measured {
  readonly integrated: number;
  readonly peak: number;
}

/** Softer than this is silence or hum: nothing to make audible. */
const SILENCE = -60;
/** More would raise the noise of a room to the level of a voice. */
const MOST_GAIN = 20;
/** Nobody hears less. */
const LEAST_GAIN = 0.5;

interface LoudnessRequest {
  readonly tools: MediaTools;
  readonly sourcePath: string;
  readonly target: number;
  readonly signal: AbortSignal;
  readonly limits?: Partial<MediaLimits>;
  /** Hears which share of the sound is measured, 0 to 1; nothing where the film's length is not known. */
  readonly onProgress?: (share: number) => void;
}

/**
 * The plan with the gain that brings each track of sound to `target` LUFS. The whole track gets one gain, so nothing
 * pumps; measuring decodes the sound alone. A track that cannot be measured stays as it is. Rejects only after an abort.
 */
export async function withLoudness(plan: EncodePlan, request: LoudnessRequest): Promise<EncodePlan> {
  const shares = plan.audio.map(() => 0);
  // A process each, side by side: in one, what ffmpeg says of two tracks that end at once is mixed up.
  const audio = plan.audio.map(async (track, i) => {
    const measured = await measure(plan, track, request, (share) => {
      shares[i] = share;
      request.onProgress?.(shares.reduce((sum, each) => sum + each, 0) / shares.length);
    });
    return { ...track, loudness: measured && loudnessFor(measured, request.target) };
  });
  return planWith(plan, { audio: await allEnded(audio) });
}

/** Pure. Null where nothing is to be done. */
function loudnessFor({ integrated, peak }: Measured, target: number): Loudness | null {
  if (integrated < SILENCE) return null;
  const gain = Math.round(Math.min(MOST_GAIN, target - integrated) * 10) / 10;
  if (Math.abs(gain) < LEAST_GAIN) return null;
  return { gain, limit: peak + gain > PEAK_LIMIT_DB };
}

async function measure(
  plan: EncodePlan,
  { sampleRate, sourceChannels, streamIndex }: AudioRenditionPlan,
  request: LoudnessRequest,
  onShare: (share: number) => void,
): Promise<Measured | null> {
  const limits = limitsWith(request.limits);
  let [integrated, peak] = [Number.NaN, Number.NaN];
  const running = run({
    file: request.tools.ffmpeg,
    args: [
      ...["-hide_banner", "-nostdin", "-nostats", "-v", "level+info", "-max_error_rate", "1"],
      // Silence up to a time that one damaged packet claims would be hours of work.
      ...["-dts_error_threshold", "600"],
      ...["-progress", "pipe:1", "-stats_period", "0.25"],
      ...[...inputGuards("file", limits), "-i", inputName({ path: request.sourcePath }), "-map", `0:${streamIndex}`],
      // The same mix that is encoded. Each 100 ms is said at "verbose": only the summary is heard here.
      ...["-af", `${stereo(sampleRate, sourceChannels)},ebur128=framelog=verbose:peak=sample`, "-f", "null", "-"],
    ],
    signal: request.signal,
    timeoutMs: limits.encodeTimeoutMs,
    memoryBytes: limits.memoryBytes,
    onLine: (line) => {
      integrated = figure(/^I:\s+(\S+) LUFS$/, line) ?? integrated;
      peak = figure(/^Peak:\s+(\S+) dBFS$/, line) ?? peak;
    },
  });
  const reader = new ProgressReader((_, seconds) => {
    const { expectedSeconds } = plan;
    if (expectedSeconds !== null && expectedSeconds > 0) onShare(Math.min(1, seconds / expectedSeconds));
  });
  running.stdout.on("data", (chunk: Buffer) => reader.push(chunk));
  await running.done;
  return Number.isFinite(integrated) && Number.isFinite(peak) ? { integrated, peak } : null;
}

function figure(pattern: RegExp, line: string): number | null {
  const text = pattern.exec(line)?.[1];
  return text === undefined ? null : Number(text);
}

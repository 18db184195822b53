import { inputGuards, inputName } from "../guards.ts";
import type { EncodePlan, MediaWarning } from "../plan-types.ts";
import type { EncodeRequest } from "../result-types.ts";
import { failureOf } from "../run/failure.ts";
import { run } from "../run/run.ts";
import type { MediaLimits } from "../types.ts";
import { parseAccount } from "./accounts.ts";

const TRIAL_FRAMES = "5";

/** Decodes the first frames of one stream and throws them away. Pure. */
function trialArgs(sourcePath: string, streamIndex: number, limits: MediaLimits): string[] {
  return [
    ...["-hide_banner", "-nostdin", "-nostats", "-v", "level+verbose", "-max_error_rate", "1"],
    ...inputGuards("file", limits),
    ...["-i", inputName({ path: sourcePath }), "-map", `0:${streamIndex}`, "-frames", TRIAL_FRAMES, "-f", "null", "-"],
  ];
}

/**
 * Which streams of a plan ffmpeg cannot decode at all. Asked only after a failed encode, where one bad track may have
 * taken the others down with it.
 */
export async function findUndecodable(
  request: EncodeRequest,
  plan: EncodePlan,
  limits: MediaLimits,
): Promise<MediaWarning[]> {
  const indices = [...(plan.video ? [plan.video.streamIndex] : []), ...plan.audio.map((audio) => audio.streamIndex)];
  const bad: MediaWarning[] = [];
  for (const streamIndex of indices) {
    let frames = 0;
    const running = run({
      file: request.tools.ffmpeg,
      args: trialArgs(request.sourcePath, streamIndex, limits),
      signal: request.signal,
      timeoutMs: limits.checkTimeoutMs,
      memoryBytes: limits.memoryBytes,
      hidden: inputName({ path: request.sourcePath }),
      onLine: (line) => {
        frames = Math.max(frames, parseAccount(line)?.frames ?? 0);
      },
    });
    running.stdout.resume();
    const ended = await running.done;
    // Killed by the system: no reason to leave a track out.
    if (frames === 0 && ended.exitCode !== 0) {
      const failure = failureOf("trial", ended);
      if (failure.passing) throw failure;
    }
    if (frames === 0) bad.push({ streamIndex, code: "TRACK_NOT_DECODABLE", detail: ended.detail.split("\n")[0] ?? "" });
  }
  return bad;
}

import { inputGuards, inputName } from "../guards.ts";
import { limitsWith } from "../limits.ts";
import { collect, type RunResult, run } from "../run/run.ts";
import type { MediaInfo, MediaLimits, MediaTools, ProbeResult, ProbeSource } from "../types.ts";
import { decodableCodecs } from "./capabilities.ts";
import { parseProbe } from "./parse.ts";

/** Far above what `maxStreams` streams and their tags print; a file that makes ffprobe say more is refused. */
const MAX_JSON = 8 * 1024 * 1024;

const TOO_LARGE = /max pixel count|max_streams|Too many streams|Cannot allocate memory/i;

/** The machine's fault, or that of who runs it. */
const SYSTEM_TROUBLE =
  /Input\/output error|No such file|Permission denied|Too many open files|Operation not permitted|shared librar|not found/i;

/** The arguments of one probe. Pure. */
function probeArgs(source: ProbeSource, limits: MediaLimits): string[] {
  return [
    ...["-hide_banner", "-v", "level+error"],
    ...inputGuards("path" in source ? "file" : "http,tcp", limits),
    ...["-of", "json", "-show_format", "-show_streams", "-show_chapters", "-show_programs"],
    // Without it each programme lists all of its streams a second time.
    ...["-show_entries", "program=program_id:program_stream=index"],
    ...["-i", inputName(source)],
  ];
}

/**
 * What ffprobe finds in a local file or behind a loopback http URL (which it reads by range requests).
 * Rejects only with the signal's reason after an abort, and with MediaError where the tools cannot be started.
 */
export async function probe(
  tools: MediaTools,
  source: ProbeSource,
  options: { signal: AbortSignal; limits?: Partial<MediaLimits> },
): Promise<ProbeResult> {
  const limits = limitsWith(options.limits);
  const decodable = await decodableCodecs(tools.ffmpeg);
  const running = run({
    file: tools.ffprobe,
    args: probeArgs(source, limits),
    signal: options.signal,
    timeoutMs: limits.probeTimeoutMs,
    memoryBytes: limits.memoryBytes,
    overLoopback: "url" in source,
    hidden: inputName(source),
  });
  let tooLong = false;
  const tooMuch = () => {
    tooLong = true;
    running.kill();
  };
  const [output, result] = await Promise.all([collect(running.stdout, MAX_JSON, tooMuch), running.done]);
  if (tooLong) return { kind: "not_media", code: "LIMITS_EXCEEDED", detail: "more metadata than ffprobe may print" };
  if (result.exitCode !== 0) return refusal("url" in source, result);
  return understand(output, decodable, result);
}

function understand(output: Buffer, decodable: ReadonlySet<string>, result: RunResult): ProbeResult {
  let json: unknown;
  try {
    json = JSON.parse(output.toString("utf8"));
  } catch {
    return { kind: "inconclusive", detail: `ffprobe printed no JSON\n${result.detail}` };
  }
  const info: MediaInfo = parseProbe(json, decodable);
  const unopened = info.video.some((stream) => stream.width === 0);
  if (unopened && TOO_LARGE.test(result.detail)) {
    return { kind: "not_media", code: "LIMITS_EXCEEDED", detail: result.detail };
  }
  if (info.format === "") return { kind: "inconclusive", detail: `ffprobe named no format\n${result.detail}` };
  return { kind: "media", info };
}

/** Why ffprobe would not have the file. Only what no second attempt can change is definite. Pure. */
export function refusal(remote: boolean, result: RunResult): ProbeResult {
  const { detail } = result;
  if (result.timedOut || result.exitSignal !== null) {
    return { kind: "inconclusive", detail: `ffprobe did not finish\n${detail}` };
  }
  if (/Format not on whitelist/.test(detail)) return { kind: "not_media", code: "UNSUPPORTED_FORMAT", detail };
  if (/Codec \([^)]*\) not on whitelist/.test(detail)) return { kind: "not_media", code: "UNSUPPORTED_CODEC", detail };
  if (TOO_LARGE.test(detail)) {
    return { kind: "not_media", code: "LIMITS_EXCEEDED", detail };
  }
  // Over the network a broken transfer also ends as "Invalid data"; it is told by the transfer's own errors.
  const transfer = remote && /\[(?:http|tcp)\b|HTTP error|Stream ends prematurely|Connection|timed out/i.test(detail);
  if (!transfer && /Invalid data found|moov atom not found|End of file/.test(detail)) {
    return { kind: "not_media", code: "SOURCE_UNREADABLE", detail };
  }
  // Of a file on this disk nothing else is left: ffprobe came to an end of its own, and will come to the same again.
  if (!remote && !SYSTEM_TROUBLE.test(detail)) return { kind: "not_media", code: "SOURCE_UNREADABLE", detail };
  return { kind: "inconclusive", detail: detail === "" ? `ffprobe exit code ${result.exitCode}` : detail };
}

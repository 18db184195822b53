import { MediaError } from "../error.ts";
import type { RunResult } from "./run.ts";

/** What a run that did not end well says about the file, or about the machine. Pure. */
export function failureOf(what: string, result: RunResult): MediaError {
  const how = result.exitSignal ? `ended by ${result.exitSignal}` : `exit code ${result.exitCode}`;
  const detail = `${what}: ${how}${result.detail === "" ? "" : `\n${result.detail}`}`;
  if (result.timedOut || result.exitSignal === "SIGXCPU") return new MediaError("PROCESSING_TIMEOUT", detail);
  // Nobody here sent it: the system's out-of-memory killer or an operator.
  if (result.exitSignal === "SIGKILL" || result.exitSignal === "SIGTERM") {
    return new MediaError("ENCODE_FAILED", detail, { passing: true });
  }
  if (result.exitCode === 126 || result.exitCode === 127) return new MediaError("INTERNAL", detail, { passing: true });
  if (/No space left on device|Input\/output error: \/dev|Too many open files/.test(result.detail)) {
    return new MediaError("INTERNAL", detail, { passing: true });
  }
  if (/Cannot allocate memory|exceeds specified max pixel count|Picture size \d+x\d+ is invalid/.test(result.detail)) {
    return new MediaError("LIMITS_EXCEEDED", detail);
  }
  if (/Decoder \(codec [^)]*\) not found|not on whitelist|Decoder not found/.test(result.detail)) {
    return new MediaError("UNSUPPORTED_CODEC", detail);
  }
  if (/Cannot determine format of input/.test(result.detail)) return new MediaError("NO_PLAYABLE_STREAM", detail);
  if (/Invalid data found when processing input|moov atom not found|Error opening input/.test(result.detail)) {
    return new MediaError("SOURCE_UNREADABLE", detail);
  }
  return new MediaError("ENCODE_FAILED", detail);
}

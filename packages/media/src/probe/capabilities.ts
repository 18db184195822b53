import { MediaError } from "../error.ts";
import { limitsWith } from "../limits.ts";
import { failureOf } from "../run/failure.ts";
import { collect, run } from "../run/run.ts";

/** `-codecs` of every build seen is under 100 KB. */
const MAX_LISTING = 4 * 1024 * 1024;
const known = new Map<string, Promise<ReadonlySet<string>>>();

/** Names of the codecs that this ffmpeg can decode; asked once for each path in the life of the process. */
export function decodableCodecs(ffmpeg: string): Promise<ReadonlySet<string>> {
  const asked = known.get(ffmpeg);
  if (asked) return asked;
  const answer = listCodecs(ffmpeg);
  known.set(ffmpeg, answer);
  // A failure is not an answer: the next call asks again.
  answer.catch(() => known.delete(ffmpeg));
  return answer;
}

async function listCodecs(ffmpeg: string): Promise<ReadonlySet<string>> {
  const limits = limitsWith(undefined);
  const running = run({
    file: ffmpeg,
    args: ["-hide_banner", "-v", "level+error", "-codecs"],
    signal: new AbortController().signal,
    timeoutMs: limits.probeTimeoutMs,
    memoryBytes: limits.memoryBytes,
  });
  const [listing, result] = await Promise.all([collect(running.stdout, MAX_LISTING, running.kill), running.done]);
  if (result.exitCode !== 0) throw failureOf("ffmpeg -codecs", result);
  const codecs = parseCodecs(listing.toString("utf8"));
  if (codecs.size === 0) throw new MediaError("INTERNAL", `${ffmpeg} -codecs names no decoder`, { passing: true });
  return codecs;
}

/** Lines such as " DEV.LS h264   H.264 ...": D = can decode, third letter V, A or S. */
export function parseCodecs(listing: string): ReadonlySet<string> {
  const codecs = new Set<string>();
  for (const match of listing.matchAll(/^ D[E.][VAS][I.][L.][S.] (\S+)/gm)) {
    if (match[1] && match[1] !== "=") codecs.add(match[1]);
  }
  return codecs;
}

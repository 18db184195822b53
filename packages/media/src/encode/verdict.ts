import { MediaError } from "../error.ts";
import type { EncodePlan, MediaWarning } from "../plan-types.ts";
import type { DecodedStream, EncodedRendition } from "../result-types.ts";

/**
 * Of a sound track's packets, this share must become frames. Two fields may make one frame, and a first group of
 * pictures may lack its reference: half and less is normal in sound files.
 */
const MIN_DECODED = 0.2;
/** With fewer packets than this a share means nothing. */
const FEW_PACKETS = 8;
/** Shorter by more than this than the header says is worth a word in the record. */
const SHORTER = 0.9;

/**
 * The streams of the plan that gave nothing worth keeping, by ffmpeg's accounts; for `withoutStreams`. The exit code
 * says little: it is 0 for a film none of whose pictures decode. Pure.
 * Throws MediaError where a film decodes so badly that nothing of it should be shown.
 */
export function undecodableStreams(
  plan: EncodePlan,
  decoded: readonly DecodedStream[],
  written: ReadonlySet<string>,
): MediaWarning[] {
  const undecodable: MediaWarning[] = [];
  const account = (index: number) => decoded.find((stream) => stream.streamIndex === index);
  const leave = (index: number, what: string) => {
    const { packets = 0, frames = 0 } = account(index) ?? {};
    const detail = `${what}: ${frames} frames from ${packets} packets`;
    undecodable.push({ streamIndex: index, code: "TRACK_NOT_DECODABLE", detail });
  };
  if (plan.video) {
    const { streamIndex, renditions } = plan.video;
    const found = renditions.filter(({ id }) => written.has(id));
    if (found.length === 0) leave(streamIndex, "video");
    else if (found.length < renditions.length) throw new MediaError("ENCODE_FAILED", "some renditions are empty");
    else if (isNoise(account(streamIndex))) {
      const { packets = 0, frames = 0 } = account(streamIndex) ?? {};
      throw new MediaError("SOURCE_UNREADABLE", `only ${frames} pictures could be read from ${packets} packets`);
    }
  }
  for (const { id, streamIndex } of plan.audio) {
    if (!written.has(id) || isNoise(account(streamIndex))) leave(streamIndex, "audio");
  }
  return undecodable;
}

function isNoise(account: DecodedStream | undefined): boolean {
  return account !== undefined && account.packets >= FEW_PACKETS && account.frames < account.packets * MIN_DECODED;
}

export function warningsOf(
  plan: EncodePlan,
  renditions: readonly EncodedRendition[],
  log: { readonly errors: number; readonly detail: string },
): MediaWarning[] {
  const warnings: MediaWarning[] = [];
  if (log.errors > 0) {
    const [first = ""] = log.detail.split("\n");
    warnings.push({ streamIndex: null, code: "DECODE_ERRORS", detail: `${log.errors} errors, such as: ${first}` });
  }
  const longest = Math.max(0, ...renditions.map((rendition) => rendition.durationSeconds));
  if (plan.expectedSeconds !== null && longest < plan.expectedSeconds * SHORTER && plan.expectedSeconds - longest > 1) {
    const detail = `${longest.toFixed(2)} s of ${plan.expectedSeconds.toFixed(2)} s`;
    warnings.push({ streamIndex: null, code: "SHORTER_THAN_DECLARED", detail });
  }
  return warnings;
}

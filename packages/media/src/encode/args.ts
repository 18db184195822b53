import { toText } from "../fraction.ts";
import { inputGuards, inputName } from "../guards.ts";
import type { AudioRenditionPlan, EncodePlan, VideoPlan, VideoRenditionPlan } from "../plan-types.ts";
import type { MediaLimits } from "../types.ts";
import { audioFilter, STORYBOARD_PAD, videoGraph } from "./filters.ts";

/** Where a rendition goes: a name that ffmpeg opens ("pipe:3"), and how it is packed. */
export type Sink =
  | { readonly kind: "fragments"; readonly name: string }
  | { readonly kind: "file"; readonly name: string };

/** Sound is cut this finely, so that its segments can end near the picture's. */
const AUDIO_FRAGMENT_SECONDS = 1;

/** Ids of the renditions in the order of their sinks: video as in the plan, then audio. */
export function renditionIds(plan: EncodePlan): string[] {
  return [...(plan.video?.renditions ?? []), ...plan.audio].map(({ id }) => id);
}

/**
 * The arguments of the one process that decodes once and encodes every rendition. Pure.
 * `progress` is what ffmpeg's machine-readable progress goes to ("pipe:1"); null for none.
 */
export function encodeArgs(
  plan: EncodePlan,
  sourcePath: string,
  sinks: readonly Sink[],
  options: {
    readonly limits: MediaLimits;
    readonly progress: string | null;
    /** What the storyboard's pictures go to ("pipe:9"), one JPEG after the other; null or nothing for none. */
    readonly storyboard?: string | null;
  },
): string[] {
  const storyboard = plan.video ? (options.storyboard ?? null) : null;
  return [
    ...["-hide_banner", "-nostdin", "-y", "-nostats", "-v", "level+verbose"],
    ...(options.progress === null ? [] : ["-progress", options.progress, "-stats_period", "0.25"]),
    ...(plan.copyTimestamps ? ["-copyts"] : ["-dts_error_threshold", longestGap(plan)]),
    // ffmpeg's own judgement of errors would fail a film for one bad track; see encode/verdict.ts for ours.
    ...["-max_error_rate", "1"],
    ...inputGuards("file", options.limits),
    ...(plan.video?.frameSize ? ["-reinit_filter:v", "0"] : []),
    ...["-i", inputName({ path: sourcePath })],
    ...(plan.video ? ["-filter_complex", videoGraph(plan.video, storyboard !== null)] : []),
    ...renditionArgs(plan, sinks),
    ...(storyboard === null || !plan.video ? [] : [...storyboardArgs(plan.video), storyboard]),
  ];
}

/**
 * In seconds. One damaged packet may claim a time hours away, and silence would be made up to there; a recording in which
 * nothing moved for long has such gaps too, but none longer than itself.
 */
function longestGap({ expectedSeconds }: EncodePlan): string {
  return String(Math.max(600, Math.ceil(expectedSeconds ?? 0)));
}

function renditionArgs(plan: EncodePlan, sinks: readonly Sink[]): string[] {
  const { video } = plan;
  const videos = (video?.renditions ?? []).map((rendition) => (video ? videoArgs(video, rendition) : []));
  const outputs = [...videos, ...plan.audio.map(audioArgs)];
  return outputs.flatMap((args, i) => {
    const sink = sinks[i];
    if (!sink) throw new RangeError(`${outputs.length} renditions, ${sinks.length} sinks`);
    return [...args, ...packing(sink, i >= videos.length), sink.name];
  });
}

/**
 * Every n-th picture: ffmpeg's own change of rate drops the others before they are encoded, and the threshold (half a
 * picture, in steps of n) makes it take the first of each n. A filter that drops them would hold up the renditions.
 */
function storyboardArgs({ frameRate, storyboard: { everyFrames } }: VideoPlan): string[] {
  return [
    ...["-map", `[${STORYBOARD_PAD}]`, "-map_metadata", "-1", "-threads", "1"],
    ...["-fps_mode", "cfr", "-r", `${frameRate.num}/${frameRate.den * everyFrames}`],
    ...["-frame_drop_threshold", (0.5 / everyFrames).toFixed(9)],
    ...["-c:v", "mjpeg", "-q:v", "3", "-fflags", "+bitexact", "-flags", "+bitexact", "-f", "mjpeg"],
  ];
}

function videoArgs(video: VideoPlan, rendition: VideoRenditionPlan): string[] {
  const { output } = video.colour;
  return [
    ...["-map", `[${rendition.id}]`, ...withoutMetadata],
    ...["-fps_mode", "passthrough", "-enc_time_base", invert(toText(video.frameRate))],
    ...["-c:v", "libx264", "-preset", video.preset, "-crf", String(rendition.crf)],
    ...["-maxrate", String(rendition.maxRate), "-bufsize", String(rendition.bufferSize)],
    // Segments begin where the plan says and nowhere else, alike in every rendition.
    ...["-sc_threshold", "0", "-g", "9999", "-force_key_frames", `expr:eq(mod(n,${video.segmentFrames}),0)`],
    ...["-profile:v", "high", "-pix_fmt", "yuv420p"],
    ...["-colorspace", output.space, "-color_primaries", output.primaries],
    ...["-color_trc", output.transfer, "-color_range", "tv"],
    ...["-video_track_timescale", String(video.timescale)],
  ];
}

function audioArgs(audio: AudioRenditionPlan): string[] {
  return [
    ...["-map", `0:${audio.streamIndex}`, ...withoutMetadata],
    ...["-af", audioFilter(audio), "-c:a", "aac", "-b:a", String(audio.bitRate), "-ar", String(audio.sampleRate)],
    // Packets before 0 go: the encoder's priming one, with which readers that skip edit lists would play 21 ms late. So do
    // those before what was written already: where a broadcast changes from stereo to surround, ffmpeg builds its
    // filters anew, and these fill up from 0 once more.
    ...["-bsf:a", "noise=drop=if(lt(pts\\,ld(0))\\,1\\,0*st(0\\,pts+1))"],
  ];
}

/** Where it was filmed and by whom is nobody's business; and the same plan gives the same bytes. */
const withoutMetadata = ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"];

function packing(sink: Sink, audio: boolean): string[] {
  if (sink.kind === "file") return ["-f", "mp4"];
  // Video: an edit list starts the B frames at 0 in every reader; negative offsets (+cmaf) make some two frames late.
  if (!audio) return ["-f", "mp4", "-movflags", "+frag_keyframe+delay_moov+default_base_moof+skip_trailer"];
  const microseconds = String(AUDIO_FRAGMENT_SECONDS * 1_000_000);
  return ["-f", "mp4", "-movflags", "+cmaf+delay_moov+skip_trailer", "-frag_duration", microseconds];
}

function invert(rate: string): string {
  return rate.split("/").reverse().join("/");
}

import { toText } from "../fraction.ts";
import type { AudioRenditionPlan, ColourPlan, StreamZero, VideoPlan, VideoRenditionPlan } from "../plan-types.ts";

/** White of the HDR source that becomes white of the output, in candela per square metre. */
const NOMINAL_PEAK = 100;

/**
 * The one graph that turns the decoded film into all renditions: "[0:3]...[v1080];...". Pure.
 * Rotation is ffmpeg's own (it turns the picture before the graph, by the same display matrix the plan was made by).
 */
export function videoGraph(video: VideoPlan): string {
  const { renditions } = video;
  const common = [...timing(video), ...toStandardColours(video)].join(",");
  const head = `[0:${video.streamIndex}]${common}`;
  const [only] = renditions;
  if (renditions.length === 1 && only) return `${head},${rendition(video, only)}[${only.id}]`;
  const split = renditions.map(({ id }) => `[s${id}]`).join("");
  const branches = renditions.map((plan) => `[s${plan.id}]${rendition(video, plan)}[${plan.id}]`);
  return [`${head},split=${renditions.length}${split}`, ...branches].join(";");
}

/** Zero at the presentation's start, whole frames, constant rate; the first picture fills up what is before it. */
function timing(video: VideoPlan): string[] {
  const steps = zeroed("setpts", video.zero);
  if (video.deinterlace) steps.push("bwdif=mode=send_frame:deint=interlaced");
  // "pass": a last picture of less than half a frame (or of unknown length) is kept; the only one of a still, too.
  steps.push(`fps=fps=${toText(video.frameRate)}:start_time=0:eof_action=pass`);
  if (video.padToFrames !== null) {
    steps.push("tpad=stop=-1:stop_mode=clone", `trim=end_frame=${video.padToFrames}`);
  }
  return steps;
}

function zeroed(filter: "setpts" | "asetpts", zero: StreamZero): string[] {
  return zero.ticks === 0 ? [] : [`${filter}=PTS-(${zero.ticks})`];
}

/**
 * HDR and wide gamut become BT.709 once, in the size of the largest rendition: these steps work in floating point
 * and cost more than all the rest. swscale goes before zscale, which refuses odd sizes.
 */
function toStandardColours(video: VideoPlan): string[] {
  const { colour } = video;
  const [largest] = video.renditions;
  if (colour.treatment === "none" || !largest) return [];
  const input = `tin=${colour.transfer}:pin=${zscalePrimaries(colour)}:min=${colour.space}:rin=${colour.range}`;
  const shrink = [`scale=${largest.width}:${largest.height}:flags=bicubic`, "format=yuv420p10le"];
  if (colour.treatment === "convert") return [...shrink, `zscale=${input}:t=709:p=709:m=709:r=tv`, "format=yuv420p"];
  return [
    ...shrink,
    `zscale=${input}:t=linear:npl=${NOMINAL_PEAK}`,
    "format=gbrpf32le",
    "zscale=p=709",
    "tonemap=tonemap=hable:desat=0",
    "zscale=t=709:p=709:m=709:r=tv",
    "format=yuv420p",
  ];
}

function zscalePrimaries(colour: ColourPlan): string {
  return colour.primaries === "bt2020" ? "2020" : colour.primaries;
}

function rendition(video: VideoPlan, plan: VideoRenditionPlan): string {
  const { colour } = video;
  const { output } = colour;
  const matrices =
    colour.treatment === "none"
      ? `:in_color_matrix=${swscaleMatrix(colour.space)}:out_color_matrix=${swscaleMatrix(output.space)}` +
        `:in_range=${colour.range}:out_range=tv`
      : "";
  return [
    `scale=${plan.width}:${plan.height}:flags=bicubic${matrices}`,
    "format=yuv420p",
    "setsar=1",
    `setparams=range=tv:colorspace=${output.space}:color_primaries=${output.primaries}:color_trc=${output.transfer}`,
  ].join(",");
}

/** swscale has one name for both kinds of BT.601. */
function swscaleMatrix(space: string): string {
  return space === "bt709" ? "bt709" : "bt601";
}

/** Gaps become silence, what is before the start is cut or filled, and sound that ends early is filled up. Pure. */
export function audioFilter(audio: AudioRenditionPlan): string {
  const pad = audio.padToSeconds === null ? [] : [`apad=whole_dur=${audio.padToSeconds.toFixed(6)}`];
  return [
    ...zeroed("asetpts", audio.zero),
    `aresample=async=1:first_pts=0:osr=${audio.sampleRate}`,
    "aformat=channel_layouts=stereo",
    ...pad,
  ].join(",");
}

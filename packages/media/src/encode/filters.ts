import { toText } from "../fraction.ts";
import type {
  AudioRenditionPlan,
  ColourPlan,
  Loudness,
  StoryboardPlan,
  StreamZero,
  VideoPlan,
  VideoRenditionPlan,
} from "../plan-types.ts";

/** White of the HDR source that becomes white of the output, in candela per square metre. */
const NOMINAL_PEAK = 100;

/** The pad of the storyboard's pictures. */
export const STORYBOARD_PAD = "storyboard";

/**
 * The one graph that turns the decoded film into all renditions: "[0:3]...[v1080];...", and into the small pictures of
 * the storyboard where they are wanted. Pure.
 * Rotation is ffmpeg's own (it turns the picture before the graph, by the same display matrix the plan was made by).
 */
export function videoGraph(video: VideoPlan, withStoryboard: boolean): string {
  const { renditions } = video;
  const named = video.colour.hideSpace ? ["setparams=colorspace=bt709"] : [];
  const common = [...named, ...oneSize(video), ...timing(video), ...toStandardColours(video)].join(",");
  const head = `[0:${video.streamIndex}]${common}`;
  const smallest = renditions.at(-1);
  // From the smallest rendition: there is next to nothing left to scale.
  const ends = ({ id }: VideoRenditionPlan) =>
    withStoryboard && id === smallest?.id
      ? `,split=2[${id}][${STORYBOARD_PAD}0];[${STORYBOARD_PAD}0]${thumbnails(video.storyboard)}[${STORYBOARD_PAD}]`
      : `[${id}]`;
  const [only] = renditions;
  if (renditions.length === 1 && only) return `${head},${rendition(video, only)}${ends(only)}`;
  const split = renditions.map(({ id }) => `[s${id}]`).join("");
  const branches = renditions.map((plan) => `[s${plan.id}]${rendition(video, plan)}${ends(plan)}`);
  return [`${head},split=${renditions.length}${split}`, ...branches].join(";");
}

/** ffmpeg holds back so many frames of every rendition for the storyboard. */
const MOST_HELD_FRAMES = 6;

/**
 * One of a few frames, small; which of them are kept is decided before the encoder. A branch that lets only one of many
 * frames through (select, tile) makes ffmpeg hold back all the others' frames meanwhile: gigabytes. JPEG has one matrix
 * and range.
 */
function thumbnails({ everyFrames, height, width }: StoryboardPlan): string {
  let step = Math.min(everyFrames, MOST_HELD_FRAMES);
  while (everyFrames % step !== 0) step -= 1;
  const some = step === 1 ? "" : `framestep=${step},`;
  return `${some}scale=${width}:${height}:flags=bicubic:out_color_matrix=bt601:out_range=pc,format=yuvj420p`;
}

/**
 * Frames of another size than the first are fitted in with bars, the others pass untouched. Without it (and with
 * ffmpeg's own way, a new graph for each size) the time would begin anew at each change. See `-reinit_filter`.
 * Bars need whole samples of colour, so that a film of odd sides loses a row or column first, as it does in the end.
 */
function oneSize({ deinterlace, frameSize }: VideoPlan): string[] {
  if (!frameSize) return [];
  const { width, height, multiple } = frameSize;
  const [w, h] = [width - (width % multiple), height - (height % multiple)];
  // No room for a bar, or fields that must not be mixed before they are told apart.
  const unfit = w === 0 || h === 0 || (deinterlace && h !== height);
  if (unfit) return [`scale=${width}:${height}:flags=bicubic`];
  const pad = `pad=${w}:${h}:-1:-1:eval=frame`;
  if (w === width && h === height) return [`scale=${w}:${h}:force_original_aspect_ratio=decrease:flags=bicubic`, pad];
  const usual = `eq(iw,${width})*eq(ih,${height})`;
  const fitted = (side: number, other: string) =>
    `'if(${usual},${side},${multiple}*max(1,round(min(${side},${other})/${multiple})))'`;
  return [`scale=w=${fitted(w, `${h}*a`)}:h=${fitted(h, `${w}/a`)}:eval=frame:flags=bicubic`, pad];
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

function zeroed(filter: "setpts" | "asetpts", { ticks, timeBase }: StreamZero): string[] {
  if (ticks === 0) return [];
  // Sound comes to the filters in ticks of its sample rate, whatever the container counts in.
  return [filter === "setpts" ? `setpts=PTS-(${ticks})` : `asetpts=PTS-round((${ticks})*${toText(timeBase)}/TB)`];
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
  // Left alone, swscale makes the limited range of the full one on the way to another depth.
  const sameRange = `in_range=${colour.range}:out_range=${colour.range}`;
  const shrink = [`scale=${largest.width}:${largest.height}:flags=bicubic:${sameRange}`, "format=yuv420p10le"];
  if (colour.treatment === "convert") {
    // The curve stays as it is, and with it every grey: players take those of SDR for one and the same.
    return [...shrink, `zscale=${input}:t=${colour.transfer}:p=709:m=709:r=tv`, "format=yuv420p"];
  }
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
  return space === "bt709" || space === "smpte240m" ? space : "bt601";
}

/** Gaps become silence, what is before the start is cut or filled, and sound that ends early is filled up. Pure. */
export function audioFilter(audio: AudioRenditionPlan): string {
  const pad = audio.padToSeconds === null ? [] : [`apad=whole_dur=${audio.padToSeconds.toFixed(6)}`];
  return [
    ...zeroed("asetpts", audio.zero),
    stereo(audio.sampleRate, audio.sourceChannels),
    ...loudnessSteps(audio.loudness, audio.sampleRate),
    ...pad,
  ].join(",");
}

/** Beyond these a file may not say which channel is where, and then ffmpeg cannot mix them. */
const KNOWN_LAYOUTS = 8;

/** Surround is mixed down so that no peak goes beyond full scale; what that costs in level, loudness gives back. */
export function stereo(sampleRate: number, sourceChannels: number): string {
  const resample = `aresample=async=1:first_pts=0:osr=${sampleRate}:rematrix_maxval=1,aformat=channel_layouts=stereo`;
  return sourceChannels > KNOWN_LAYOUTS ? `${allAlike(sourceChannels)},${resample}` : resample;
}

/** A mixing desk's many tracks: all of them on both sides, so that nobody's microphone is lost. */
function allAlike(channels: number): string {
  const share = (1 / channels).toFixed(6);
  const sum = Array.from({ length: channels }, (_, i) => `${share}*c${i}`).join("+");
  return `pan=stereo|c0=${sum}|c1=${sum}`;
}

/** Peaks are held here: the codec overshoots by a little. -1.5 dB of full scale. */
export const PEAK_LIMIT_DB = -1.5;
const LOOKAHEAD_SECONDS = 0.005;

function loudnessSteps(loudness: Loudness | null, sampleRate: number): string[] {
  if (loudness === null) return [];
  const volume = `volume=${loudness.gain.toFixed(2)}dB`;
  if (!loudness.limit) return [volume];
  const limit = (10 ** (PEAK_LIMIT_DB / 20)).toFixed(4);
  return [
    volume,
    `alimiter=limit=${limit}:attack=${LOOKAHEAD_SECONDS * 1000}:release=50:level=0`,
    // The limiter looks ahead, and so is late by as much; older versions cannot make up for it themselves.
    `atrim=start_sample=${LOOKAHEAD_SECONDS * sampleRate}`,
    `asetpts=PTS-${LOOKAHEAD_SECONDS}/TB`,
  ];
}

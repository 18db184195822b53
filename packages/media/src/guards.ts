import type { MediaLimits, ProbeSource } from "./types.ts";

/**
 * Demuxers we take (any one of the names of a demuxer is enough). Not in the list, and never to be: what opens
 * other files or addresses that the file names (hls, dash, concat, image2, sdp, imf, webm_dash_manifest, rtsp,
 * lavfi, vapoursynth), and what reads a still picture (*_pipe).
 * The protocol list alone does not hold: a playlist may name local files.
 */
const DEMUXERS = [
  ...["mov", "matroska", "avi", "flv", "asf", "mpegts", "mpeg", "mpegvideo", "ogg", "ivf", "gif", "mxf", "dv"],
  ...["h264", "hevc", "m4v", "obu", "rm", "nut", "wtv", "apng"],
  ...["wav", "w64", "mp3", "aac", "flac", "amr", "amrnb", "amrwb", "caf", "aiff", "ac3", "eac3", "au", "ape", "wv"],
  // Of older machines, told by a mark of their own: nothing is taken for them by accident.
  ...["dhav", "dirac", "gxf", "lxf", "nsv", "nuv", "pva", "vc1", "yuv4mpegpipe"],
  ...["dsf", "dss", "dts", "dtshd", "iff", "loas", "mlp", "mpc", "mpc8", "oma", "qcp", "shn", "tak", "truehd", "tta"],
  ...["voc", "xwma"],
] as const;

/** codec -> the decoders that ffmpeg may use for it, where they are not called as the codec. */
const VIDEO: Readonly<Record<string, readonly string[]>> = {
  ...named(["h264", "hevc", "vp9", "mpeg1video", "mpeg2video", "mpeg4", "mjpeg", "theora", "prores", "dnxhd", "gif"]),
  ...named(["apng", "png", "h261", "h263i", "h263p", "msmpeg4v1", "msmpeg4v2", "wmv1", "wmv2", "wmv3", "vc1", "mss1"]),
  ...named(["mss2", "vp6", "vp6a", "vp6f", "vp7", "svq1", "svq3", "qtrle", "rpza", "cinepak", "dvvideo", "flashsv"]),
  ...named(["flashsv2", "indeo2", "indeo3", "indeo4", "indeo5", "msrle", "msvideo1", "g2m", "mts2", "huffyuv"]),
  ...named(["ffvhuff", "ffv1", "utvideo", "magicyuv", "lagarith", "cfhd", "hap", "qtrle", "rawvideo", "v210", "v410"]),
  ...named(["tscc2", "zmbv", "fraps", "rv10", "rv20", "rv30", "rv40", "jpeg2000", "amv", "vvc", "mjpegb", "zlib"]),
  ...named(["rscc", "screenpresso", "fic", "dxtory", "cllc", "dirac", "snow", "speedhq", "vble", "yuv4", "r210"]),
  // Screen recorders of the last thirty years.
  ...named([
    "aasc",
    "flic",
    "fmvc",
    "lscr",
    "msa1",
    "mscc",
    "mszh",
    "mvha",
    "mwsc",
    "rasc",
    "scpr",
    "srgc",
    "tdsc",
    "vmnc",
  ]),
  ...named(["wcmv", "wmv3image", "vc1image"]),
  // Cameras, cutting rooms, early phones and early web video.
  ...named([
    "8bps",
    "aic",
    "asv1",
    "asv2",
    "avrp",
    "avui",
    "ayuv",
    "bmp",
    "cljr",
    "cyuv",
    "dxv",
    "hq_hqa",
    "hqx",
    "jpegls",
  ]),
  ...named([
    "loco",
    "media100",
    "mimic",
    "mxpeg",
    "notchlc",
    "nuv",
    "qpeg",
    "r10k",
    "sheervideo",
    "smc",
    "sp5x",
    "targa",
  ]),
  ...named(["tiff", "truemotion1", "truemotion2", "v308", "v408", "vcr1", "vp3", "vp4", "vp5", "y41p", "ylc"]),
  ulti: ["ultimotion"],
  aura: ["aura", "cyuv"],
  av1: ["libdav1d", "libaom-av1", "av1"],
  vp8: ["vp8", "libvpx"],
  flv1: ["flv"],
  h263: ["h263"],
  msmpeg4v3: ["msmpeg4"],
  cscd: ["camstudio"],
  tscc: ["camtasia"],
};

const AUDIO: Readonly<Record<string, readonly string[]>> = {
  ...named([
    "aac",
    "aac_latm",
    "ac3",
    "eac3",
    "flac",
    "alac",
    "vorbis",
    "opus",
    "wmav1",
    "wmav2",
    "wmapro",
    "wmavoice",
  ]),
  ...named([
    "wmalossless",
    "truehd",
    "mlp",
    "ape",
    "wavpack",
    "tta",
    "gsm",
    "gsm_ms",
    "qdm2",
    "qdmc",
    "mace3",
    "mace6",
  ]),
  ...named(["cook", "sipr", "speex", "nellymoser", "s302m", "adpcm_ms", "adpcm_swf", "adpcm_ima_wav", "adpcm_ima_qt"]),
  ...named(["adpcm_yamaha", "adpcm_ima_amv", "adpcm_ct", "truespeech", "ilbc", "pcm_alaw", "pcm_mulaw", "pcm_bluray"]),
  ...named(["pcm_dvd", "pcm_s8", "pcm_u8", "pcm_s16be", "pcm_s16le", "pcm_s24be", "pcm_s24le", "pcm_s32be"]),
  ...named(["pcm_s32le", "pcm_f32be", "pcm_f32le", "pcm_f64be", "pcm_f64le", "pcm_u16be", "pcm_u16le", "imc", "iac"]),
  ...named(["adpcm_ima_dk3", "adpcm_ima_dk4", "adpcm_ima_oki", "adpcm_sbpro_2", "adpcm_sbpro_3", "adpcm_sbpro_4"]),
  ...named([
    "atrac1",
    "atrac3",
    "dolby_e",
    "dss_sp",
    "dvaudio",
    "evrc",
    "g723_1",
    "g729",
    "metasound",
    "qcelp",
    "ralf",
  ]),
  ...named(["shorten", "tak", "twinvq", "dsd_lsbf", "dsd_msbf", "dsd_lsbf_planar", "dsd_msbf_planar", "pcm_f16le"]),
  ...named(["pcm_f24le", "pcm_lxf", "pcm_s16be_planar", "pcm_s16le_planar", "pcm_s24daud", "pcm_s24le_planar"]),
  ...named(["pcm_s32le_planar", "pcm_s64be", "pcm_s64le", "pcm_s8_planar", "pcm_u24be", "pcm_u24le", "pcm_u32be"]),
  ...named(["pcm_u32le"]),
  adpcm_g726le: ["g726le"],
  atrac3p: ["atrac3plus"],
  musepack7: ["mpc7"],
  musepack8: ["mpc8"],
  ra_144: ["real_144"],
  ra_288: ["real_288"],
  mp1: ["mp1float", "mp1"],
  mp2: ["mp2float", "mp2"],
  mp3: ["mp3float", "mp3"],
  mp3on4: ["mp3on4float", "mp3on4"],
  dts: ["dca"],
  amr_nb: ["amrnb", "libopencore_amrnb"],
  amr_wb: ["amrwb", "libopencore_amrwb"],
  adpcm_g722: ["g722"],
  adpcm_g726: ["g726"],
  mp4als: ["als"],
};

/** Subtitles that are text; the others are pictures. */
const SUBTITLES: Readonly<Record<string, readonly string[]>> = {
  ...named(["mov_text", "text", "webvtt"]),
  ass: ["ass", "ssa"],
  subrip: ["subrip", "srt"],
};

function named(codecs: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(codecs.map((codec) => [codec, [codec]]));
}

export function videoCodecAllowed(codec: string): boolean {
  return Object.hasOwn(VIDEO, codec);
}

export function audioCodecAllowed(codec: string): boolean {
  return Object.hasOwn(AUDIO, codec);
}

export function subtitleCodecAllowed(codec: string): boolean {
  return Object.hasOwn(SUBTITLES, codec);
}

const VIDEO_DECODERS = Object.values(VIDEO).flat().join(",");
const AUDIO_DECODERS = Object.values(AUDIO).flat().join(",");
/** Only for who decodes subtitles: ffprobe ends with an error where it may not open a decoder. */
export const SUBTITLE_DECODERS = Object.values(SUBTITLES).flat().join(",");

/**
 * What stands before every `-i` of a stranger's file, for ffprobe and ffmpeg alike.
 * `data:` and external tracks of QuickTime are off by ffmpeg's own default (`enable_drefs`).
 */
export function inputGuards(protocols: "file" | "http,tcp" | "pipe", limits: MediaLimits): string[] {
  return [
    ...["-protocol_whitelist", protocols],
    ...["-format_whitelist", DEMUXERS.join(",")],
    // By type: ffprobe ends with an error when it may not open a decoder, and subtitles stay closed for most.
    ...["-codec_whitelist:v", VIDEO_DECODERS],
    ...["-codec_whitelist:a", AUDIO_DECODERS],
    ...["-max_pixels", String(limits.maxPixels)],
    ...["-max_streams", String(limits.maxStreams)],
  ];
}

/** A source as ffmpeg's `-i` takes it; `file:` keeps a name with a colon from being read as a protocol. */
export function inputName(source: ProbeSource): string {
  if ("path" in source) return `file:${source.path}`;
  const { protocol } = new URL(source.url);
  if (protocol !== "http:") throw new TypeError(`only http: (a loopback proxy) may be probed, not ${protocol}`);
  return source.url;
}

import type { AudioStream, MediaInfo, SubtitleStream, VideoStream } from "../../src/index.ts";

/** An ordinary film; tests say only what is special about theirs. */
export function video(special: Partial<VideoStream> = {}): VideoStream {
  const width = special.width ?? 1920;
  const height = special.height ?? 1080;
  return {
    index: 0,
    codec: "h264",
    profile: "High",
    width,
    height,
    sampleAspect: { num: 1, den: 1 },
    rotation: 0,
    mirrored: false,
    displayWidth: width,
    displayHeight: height,
    baseFrameRate: { num: 30, den: 1 },
    averageFrameRate: { num: 30, den: 1 },
    pixelFormat: "yuv420p",
    bitDepth: 8,
    colour: { transfer: null, primaries: null, space: null, range: null },
    fieldOrder: "progressive",
    timeBase: { num: 1, den: 15360 },
    startPts: 0,
    durationSeconds: 10,
    frameCount: 300,
    attachedPicture: false,
    default: true,
    dolbyVisionOnly: false,
    decodable: true,
    ...special,
  };
}

export function audio(special: Partial<AudioStream> = {}): AudioStream {
  return {
    index: 1,
    codec: "aac",
    channels: 2,
    sampleRate: 48000,
    language: null,
    title: null,
    default: true,
    timeBase: { num: 1, den: 48000 },
    startPts: 0,
    durationSeconds: 10,
    describesPicture: false,
    decodable: true,
    ...special,
  };
}

export function subtitle(special: Partial<SubtitleStream> = {}): SubtitleStream {
  return {
    ...{ index: 2, codec: "subrip", language: null, title: null, default: false },
    ...{ forced: false, hearingImpaired: false, text: true },
    ...special,
  };
}

export function info(special: Partial<MediaInfo> = {}): MediaInfo {
  return {
    version: 1,
    format: "mov,mp4,m4a,3gp,3g2,mj2",
    durationSeconds: 10,
    startSeconds: 0,
    bitRate: 1_000_000,
    video: [video()],
    audio: [audio()],
    subtitles: [],
    otherCount: 0,
    chapters: [],
    programmes: [],
    encrypted: false,
    ...special,
  };
}

import { toNumber } from "../fraction.ts";
import type { EncodedAudio, EncodedRendition, EncodedVideo, SegmentFile } from "../result-types.ts";
import { targetDuration } from "./bandwidth.ts";

/** Names below the output folder. */
export const MASTER_NAME = "master.m3u8";
export const PLAYLIST_TYPE = "application/vnd.apple.mpegurl";
const AUDIO_GROUP = "audio";

export function mediaPlaylistName(id: string): string {
  return `${id}/index.m3u8`;
}

/** The playlist of one rendition; its URIs are relative to its own folder. Pure. */
export function buildMediaPlaylist(rendition: EncodedRendition): string {
  return lines([
    "#EXTM3U",
    "#EXT-X-VERSION:7",
    `#EXT-X-TARGETDURATION:${targetDuration(rendition.segments)}`,
    "#EXT-X-MEDIA-SEQUENCE:1",
    "#EXT-X-PLAYLIST-TYPE:VOD",
    "#EXT-X-INDEPENDENT-SEGMENTS",
    `#EXT-X-MAP:URI="${fileName(rendition.init)}"`,
    ...rendition.segments.flatMap((segment) => [`#EXTINF:${segment.durationSeconds.toFixed(6)},`, fileName(segment)]),
    "#EXT-X-ENDLIST",
  ]);
}

/**
 * The master playlist: each picture size with the group of sound tracks, largest first; for sound alone its tracks.
 * Pure. Throws RangeError without any rendition.
 */
export function buildMasterPlaylist(renditions: readonly EncodedRendition[]): string {
  const videos = renditions.filter((rendition) => rendition.kind === "video");
  const audios = renditions.filter((rendition) => rendition.kind === "audio");
  const [main] = audios;
  const head = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"];
  if (videos.length > 0) {
    const group = audios.map((audio) => mediaTag(audio, true));
    return lines([...head, ...group, ...videos.flatMap((video) => variant(video, audios))]);
  }
  if (!main) throw new RangeError("a master playlist needs a rendition");
  // The variant's own playlist is the default track: its entry in the group has no URI.
  const group = audios.length === 1 ? [] : audios.map((audio) => mediaTag(audio, audio !== main));
  const attributes = [
    ...rates([main]),
    `CODECS="${main.codec}"`,
    ...(audios.length === 1 ? [] : [`AUDIO="${AUDIO_GROUP}"`]),
  ];
  return lines([...head, ...group, `#EXT-X-STREAM-INF:${attributes.join(",")}`, mediaPlaylistName(main.id)]);
}

function variant(video: EncodedVideo, audios: readonly EncodedAudio[]): string[] {
  const codecs = [...new Set([video.codec, ...audios.map((audio) => audio.codec)])];
  const dearest = audios.toSorted((a, b) => b.peakBitRate - a.peakBitRate).slice(0, 1);
  const attributes = [
    ...rates([video, ...dearest]),
    `CODECS="${codecs.join(",")}"`,
    `RESOLUTION=${video.width}x${video.height}`,
    `FRAME-RATE=${toNumber(video.frameRate).toFixed(3)}`,
    ...(audios.length === 0 ? [] : [`AUDIO="${AUDIO_GROUP}"`]),
  ];
  return [`#EXT-X-STREAM-INF:${attributes.join(",")}`, mediaPlaylistName(video.id)];
}

function mediaTag(audio: EncodedAudio, withUri: boolean): string {
  const attributes = [
    "TYPE=AUDIO",
    `GROUP-ID="${AUDIO_GROUP}"`,
    `NAME="${audio.name}"`,
    ...(audio.language === null ? [] : [`LANGUAGE="${audio.language}"`]),
    `DEFAULT=${audio.default ? "YES" : "NO"}`,
    "AUTOSELECT=YES",
    `CHANNELS="${audio.channels}"`,
    ...(withUri ? [`URI="${mediaPlaylistName(audio.id)}"`] : []),
  ];
  return `#EXT-X-MEDIA:${attributes.join(",")}`;
}

function rates(together: readonly EncodedRendition[]): string[] {
  const peak = together.reduce((sum, rendition) => sum + rendition.peakBitRate, 0);
  const average = together.reduce((sum, rendition) => sum + rendition.averageBitRate, 0);
  return [`BANDWIDTH=${peak}`, `AVERAGE-BANDWIDTH=${average}`];
}

function fileName(file: SegmentFile): string {
  return file.name.slice(file.name.lastIndexOf("/") + 1);
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}

import { toNumber } from "../fraction.ts";
import type { EncodedAudio, EncodedRendition, EncodedVideo, SegmentFile, SubtitleTrack } from "../result-types.ts";
import { targetDuration } from "./bandwidth.ts";

/** Names below the output folder. */
export const MASTER_NAME = "master.m3u8";
export const PLAYLIST_TYPE = "application/vnd.apple.mpegurl";
export const CHAPTERS_JSON_NAME = "chapters.json";
const AUDIO_GROUP = "audio";
const SUBTITLE_GROUP = "subtitles";

/** What a master names besides sound and picture. */
export interface MasterExtras {
  readonly subtitles: readonly SubtitleTrack[];
  /** There is a chapters.json. */
  readonly chapters: boolean;
}

const NO_EXTRAS: MasterExtras = { subtitles: [], chapters: false };

/** In the folder of a subtitle track. */
export const SUBTITLE_FILE = "subtitles.vtt";

export function mediaPlaylistName(id: string): string {
  return `${id}/index.m3u8`;
}

/**
 * The playlist of one rendition; its URIs are relative to its own folder. All renditions that play together must have
 * the same target duration (RFC 8216, 6.2.4). Pure.
 */
export function buildMediaPlaylist(rendition: EncodedRendition, target = targetDuration(rendition.segments)): string {
  return lines([
    "#EXTM3U",
    "#EXT-X-VERSION:7",
    `#EXT-X-TARGETDURATION:${target}`,
    "#EXT-X-MEDIA-SEQUENCE:1",
    "#EXT-X-PLAYLIST-TYPE:VOD",
    "#EXT-X-INDEPENDENT-SEGMENTS",
    `#EXT-X-MAP:URI="${fileName(rendition.init)}"`,
    ...rendition.segments.flatMap((segment) => [`#EXTINF:${segment.durationSeconds.toFixed(6)},`, fileName(segment)]),
    "#EXT-X-ENDLIST",
  ]);
}

/** The playlist of a subtitle track: one file for the whole film, which RFC 8216 lets subtitles have. Pure. */
export function buildSubtitlePlaylist(durationSeconds: number): string {
  return lines([
    "#EXTM3U",
    "#EXT-X-VERSION:7",
    `#EXT-X-TARGETDURATION:${Math.max(1, Math.ceil(durationSeconds))}`,
    "#EXT-X-MEDIA-SEQUENCE:1",
    "#EXT-X-PLAYLIST-TYPE:VOD",
    `#EXTINF:${durationSeconds.toFixed(6)},`,
    SUBTITLE_FILE,
    "#EXT-X-ENDLIST",
  ]);
}

/**
 * The master playlist: each picture size with the groups of sound tracks and subtitles, largest first; for sound alone
 * its tracks. Pure. Throws RangeError without any rendition.
 */
export function buildMasterPlaylist(renditions: readonly EncodedRendition[], extras = NO_EXTRAS): string {
  const videos = renditions.filter((rendition) => rendition.kind === "video");
  const audios = renditions.filter((rendition) => rendition.kind === "audio");
  const [main] = audios;
  const head = [
    ...["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"],
    ...(extras.chapters ? [`#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="${CHAPTERS_JSON_NAME}"`] : []),
    ...extras.subtitles.map(subtitleTag),
  ];
  const subtitled = extras.subtitles.length === 0 ? [] : [`SUBTITLES="${SUBTITLE_GROUP}"`];
  if (videos.length > 0) {
    const group = audios.map((audio) => mediaTag(audio, audios, true));
    return lines([...head, ...group, ...videos.flatMap((video) => variant(video, audios, subtitled))]);
  }
  if (!main) throw new RangeError("a master playlist needs a rendition");
  // The variant's own playlist is the default track: its entry in the group has no URI.
  const group = audios.length === 1 ? [] : audios.map((audio) => mediaTag(audio, audios, audio !== main));
  const attributes = [
    ...rates([main]),
    `CODECS="${main.codec}"`,
    ...(audios.length === 1 ? [] : [`AUDIO="${AUDIO_GROUP}"`]),
    ...subtitled,
  ];
  return lines([...head, ...group, `#EXT-X-STREAM-INF:${attributes.join(",")}`, mediaPlaylistName(main.id)]);
}

function variant(video: EncodedVideo, audios: readonly EncodedAudio[], subtitled: readonly string[]): string[] {
  const codecs = [...new Set([video.codec, ...audios.map((audio) => audio.codec)])];
  const dearest = audios.toSorted((a, b) => b.peakBitRate - a.peakBitRate).slice(0, 1);
  const attributes = [
    ...rates([video, ...dearest]),
    `CODECS="${codecs.join(",")}"`,
    `RESOLUTION=${video.width}x${video.height}`,
    `FRAME-RATE=${toNumber(video.frameRate).toFixed(3)}`,
    ...(audios.length === 0 ? [] : [`AUDIO="${AUDIO_GROUP}"`]),
    ...subtitled,
  ];
  return [`#EXT-X-STREAM-INF:${attributes.join(",")}`, mediaPlaylistName(video.id)];
}

/** A player may choose by language only where the language says which track is meant. */
function mediaTag(audio: EncodedAudio, all: readonly EncodedAudio[], withUri: boolean): string {
  const firstOfItsKind = all.find(
    (other) => other.language === audio.language && other.describesPicture === audio.describesPicture,
  );
  const attributes = [
    "TYPE=AUDIO",
    `GROUP-ID="${AUDIO_GROUP}"`,
    `NAME="${audio.name}"`,
    ...(audio.language === null ? [] : [`LANGUAGE="${audio.language}"`]),
    `DEFAULT=${audio.default ? "YES" : "NO"}`,
    `AUTOSELECT=${audio.default || firstOfItsKind === audio ? "YES" : "NO"}`,
    ...(audio.describesPicture ? [`CHARACTERISTICS="public.accessibility.describes-video"`] : []),
    `CHANNELS="${audio.channels}"`,
    ...(withUri ? [`URI="${mediaPlaylistName(audio.id)}"`] : []),
  ];
  return `#EXT-X-MEDIA:${attributes.join(",")}`;
}

function subtitleTag({ plan }: SubtitleTrack): string {
  const hearing = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound";
  const attributes = [
    "TYPE=SUBTITLES",
    `GROUP-ID="${SUBTITLE_GROUP}"`,
    `NAME="${plan.name}"`,
    ...(plan.language === null ? [] : [`LANGUAGE="${plan.language}"`]),
    `DEFAULT=${plan.default ? "YES" : "NO"}`,
    "AUTOSELECT=YES",
    `FORCED=${plan.forced ? "YES" : "NO"}`,
    ...(plan.hearingImpaired ? [`CHARACTERISTICS="${hearing}"`] : []),
    `URI="${mediaPlaylistName(plan.id)}"`,
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

import { toNumber } from "../fraction.ts";
import type { StreamZero } from "../plan-types.ts";
import type { AudioStream, Chapter, MediaInfo, VideoStream } from "../types.ts";

type Stream = VideoStream | AudioStream;

/** ffmpeg takes a first packet this far from 0 for a jump (`-dts_delta_threshold`), in some containers wrongly. */
const JUMP_SECONDS = 10;

/**
 * Whether time stamps are used as they are (`-copyts`): exact, and cut into groups without drift. In other containers
 * than these they may jump or wrap around, which ffmpeg mends only when it shifts them itself. An Ogg cut out of the
 * middle of a stream would come out with a hole, since its first packets are shifted twice.
 */
export function copiesTimestamps({ format, startSeconds }: Pick<MediaInfo, "format" | "startSeconds">): boolean {
  const names = format.split(",");
  if (names.includes("ogg")) return (startSeconds ?? 0) > JUMP_SECONDS;
  return names.includes("mov") || names.includes("matroska");
}

/** Whether sound or picture begins first: that moment is 0 of the output, and what begins later is filled up to it. */
export function presentationStart(streams: readonly Stream[]): number | null {
  const starts = streams.flatMap((stream) => (startOf(stream) === null ? [] : [startOf(stream) ?? 0]));
  return starts.length === 0 ? null : Math.min(...starts);
}

/**
 * The ticks to subtract from a stream's time stamps as ffmpeg hands them to the filters: the container's own with
 * `-copyts`, else already shifted by the container's start.
 */
export function zeroOf(stream: Stream, start: number | null, info: MediaInfo): StreamZero {
  const ticksPerSecond = stream.timeBase.den / stream.timeBase.num;
  if (start === null) return { ticks: 0, timeBase: stream.timeBase };
  if (!copiesTimestamps(info)) {
    const shifted = start - (info.startSeconds ?? start);
    return { ticks: Math.round(shifted * ticksPerSecond), timeBase: stream.timeBase };
  }
  // The stream that begins first keeps its exact tick, without a way through seconds.
  if (stream.startPts !== null && startOf(stream) === start)
    return { ticks: stream.startPts, timeBase: stream.timeBase };
  return { ticks: Math.round(start * ticksPerSecond), timeBase: stream.timeBase };
}

/** What `zeroOf` is for streams that have no ticks of their own here: subtitles and chapters. */
export function zeroSeconds(start: number | null, info: MediaInfo): number {
  if (start === null) return 0;
  return copiesTimestamps(info) ? start : start - (info.startSeconds ?? start);
}

/** Chapters counted from the output's start; those before it are gone. ffprobe gives them in the container's time. */
export function outputChapters(info: MediaInfo, zero: number): Chapter[] {
  return info.chapters
    .map((chapter) => ({
      ...chapter,
      startSeconds: Math.max(0, chapter.startSeconds - zero),
      endSeconds: chapter.endSeconds - zero,
    }))
    .filter((chapter) => chapter.endSeconds > chapter.startSeconds)
    .toSorted((a, b) => a.startSeconds - b.startSeconds);
}

/** Seconds from the presentation's start to the declared end; null where the file does not say. */
export function declaredEnd(stream: Stream, start: number | null, limit: number): number | null {
  if (stream.durationSeconds === null || stream.durationSeconds > limit) return null;
  return (startOf(stream) ?? start ?? 0) - (start ?? 0) + stream.durationSeconds;
}

function startOf(stream: Stream): number | null {
  return stream.startPts === null ? null : stream.startPts * toNumber(stream.timeBase);
}

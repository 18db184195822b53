import { KeysArgumentError } from "./errors.ts";
import { type JobId, parseVideoId, type VideoId } from "./ids.ts";

/** The BullMQ queue of video encodes. */
export const ENCODE_QUEUE = "video-encode";

const ENCODE_JOB_ID = /^video-([0-9]+)-g([0-9]+)$/;

/** The queue's job id, one a generation: a queue silently drops an add whose id it still keeps. */
export function encodeJobId(videoId: VideoId, generation: number): JobId {
  if (!Number.isSafeInteger(generation) || generation < 1) {
    throw new KeysArgumentError(`generation must be a whole number from 1, not ${String(generation)}`);
  }
  return `video-${videoId}-g${generation}` as JobId;
}

/** The inverse of `encodeJobId`; null for the id of any other job. */
export function parseEncodeJobId(jobId: string): { videoId: VideoId; generation: number } | null {
  const match = ENCODE_JOB_ID.exec(jobId);
  const videoId = parseVideoId(match?.[1]);
  // Generations are spelled as ids are: the same canonical decimal.
  const generation = parseVideoId(match?.[2]);
  return videoId === null || generation === null ? null : { videoId, generation };
}

import type { VideoId } from "@lectern/keys";
import { ProblemError } from "@lectern/service-kit";
import type { VideoRow } from "../db/schema.ts";

export function videoNotFound(videoId: VideoId): ProblemError {
  return new ProblemError("VIDEO_NOT_FOUND", `There is no video ${videoId}.`);
}

export function notPending(row: VideoRow): ProblemError {
  return new ProblemError("VIDEO_NOT_PENDING", `The video is ${row.status}: its upload was completed before.`, {
    members: { current_status: row.status },
  });
}

export function videoDeleted(videoId: VideoId): ProblemError {
  return new ProblemError("VIDEO_DELETED", `The video ${videoId} was deleted: stop this run.`);
}

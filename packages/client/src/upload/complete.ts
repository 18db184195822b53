import { LecternError } from "../errors.ts";
import { insist } from "../insist.ts";
import type { VideoDetail } from "../wire.ts";
import { isRefusal, type UploadJob } from "./job.ts";

/** "resend": the store does not have the file. */
export type Completed = VideoDetail | "resend";

/** Says "complete" until it is taken. Who is told that it was taken already (a repeated call) takes it for done. */
export async function complete(job: UploadJob, signal: AbortSignal): Promise<Completed> {
  const { api } = job.tools;
  const { id } = job.record;
  return insist(
    async () => {
      try {
        return await api.complete(id, signal);
      } catch (error) {
        if (isRefusal(error, "SOURCE_MISSING", "SOURCE_MISMATCH")) return "resend";
        if (!isRefusal(error, "VIDEO_NOT_PENDING")) throw error;
        return settled(await api.get(id, signal), error);
      }
    },
    signal,
    job.display.trouble,
  );
}

/** What a video is that is not PENDING any more: confirmed, and if it FAILED that is the end of it. */
function settled(video: VideoDetail, refused: LecternError): VideoDetail {
  if (video.status === "PENDING") throw refused;
  if (video.status !== "FAILED") return video;
  throw new LecternError({
    code: video.error_code ?? "FAILED",
    status: refused.status,
    detail: "The upload was completed earlier, and its encoding failed.",
    reason: video.error_reason ?? refused.reason,
  });
}

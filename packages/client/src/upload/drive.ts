import type { VideoDetail } from "../wire.ts";
import { complete } from "./complete.ts";
import { isRefusal, type UploadJob } from "./job.ts";
import { sendParts } from "./multipart.ts";
import { sendWhole } from "./single.ts";

/** So often a file is sent anew that the store does not have after all. */
const MOST_ROUNDS = 3;

/**
 * Takes an upload from where its record says it is to "complete". May be broken off by the signal at any time and called
 * again.
 * @throws LecternError; the signal's reason
 */
export async function drive(job: UploadJob, signal: AbortSignal): Promise<VideoDetail> {
  for (let round = 1; ; round += 1) {
    if (!job.record.sent) await sendFile(job, signal);
    job.display.completing();
    const done = await complete(job, signal);
    if (done !== "resend") return done;
    const { id, uploadId } = job.record;
    // One that was assembled would be taken for done once more.
    if (uploadId !== null) await job.tools.api.abortMultipart(id, uploadId, signal);
    await job.change({ sent: false, uploadId: null, untold: [], sentBytes: 0 });
    if (job.file === null || round === MOST_ROUNDS)
      throw job.error("FILE_NEEDED", "The store does not have the file: it has to be sent again.");
  }
}

async function sendFile(job: UploadJob, signal: AbortSignal): Promise<void> {
  const { file, record, tools } = job;
  const inParts = record.uploadId !== null || (file !== null && record.sizeBytes >= tools.multipartFrom);
  // Without the file "complete" tells whether a single PUT had arrived before the page went.
  if (file === null && !inParts) return;
  try {
    if (inParts) await sendParts(job, signal);
    else if (file !== null) await sendWhole(job, file, signal);
  } catch (error) {
    // Completed by another tab or device meanwhile: "complete" tells.
    if (!isRefusal(error, "VIDEO_NOT_PENDING", "MULTIPART_ASSEMBLED")) throw error;
  }
  await job.change({ sent: true, sentBytes: record.sizeBytes, untold: [] });
}

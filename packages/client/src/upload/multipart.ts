import { insist } from "../insist.ts";
import type { MultipartUpload, UploadedPart } from "../wire.ts";
import { isRefusal, type UploadJob } from "./job.ts";
import { PartSender } from "./part-sender.ts";

/** So often what the services and the store hold of the parts is compared anew. */
const MOST_ROUNDS = 4;
/** How many parts one call records. */
const MOST_A_CALL = 100;

/**
 * Sends the parts that the store does not have yet, and has them assembled. What upload-service has recorded, and what
 * this browser knows to be in the store, is not sent again.
 */
export async function sendParts(job: UploadJob, signal: AbortSignal): Promise<void> {
  const { api } = job.tools;
  const { trouble } = job.display;
  const { id } = job.record;
  for (let round = 1; ; round += 1) {
    const open = await insist(() => api.openMultipart(id, signal), signal, trouble);
    if (open.upload_id !== job.record.uploadId) await job.change({ uploadId: open.upload_id, untold: [] });
    try {
      await sendMissing(job, open, signal);
      await insist(() => tell(job, open.upload_id, signal), signal, trouble);
      await insist(() => api.assemble(id, open.upload_id, job.record.untold, signal), signal, trouble);
      return;
    } catch (error) {
      if (round === MOST_ROUNDS || !isOutOfStep(error)) throw error;
      if (isRefusal(error, "HTTP_404")) await api.abortMultipart(id, open.upload_id, signal);
      await job.change({ untold: [] });
    }
  }
}

/** The two know of different parts, or the store has dropped the upload: what is there is asked for anew. */
function isOutOfStep(error: unknown): boolean {
  return isRefusal(
    error,
    "PARTS_MISSING",
    "PART_INVALID",
    "MULTIPART_SUPERSEDED",
    "MULTIPART_NOT_FOUND",
    "SOURCE_MISMATCH",
    // The store's own: it keeps unfinished uploads for a week.
    "HTTP_404",
  );
}

async function sendMissing(job: UploadJob, open: MultipartUpload, signal: AbortSignal): Promise<void> {
  const there = [...open.parts, ...job.record.untold];
  const sender = new PartSender(job, open, there, signal);
  if (sender.isDone) return;
  if (job.file === null) throw job.error("FILE_NEEDED", "Parts of the file have not been sent yet.");
  await sender.sendAll(job.file);
}

/** Records what is not recorded; up to one call's worth may be left to the one that assembles. */
async function tell(job: UploadJob, uploadId: string, signal: AbortSignal): Promise<void> {
  while (job.record.untold.length > MOST_A_CALL) await record(job, uploadId, signal);
}

/** One call with the oldest of what upload-service was not told of. */
export async function record(job: UploadJob, uploadId: string, signal: AbortSignal): Promise<void> {
  const parts = job.record.untold.slice(0, MOST_A_CALL);
  await job.tools.api.recordParts(job.record.id, uploadId, parts, signal);
  const told = new Set<UploadedPart>(parts);
  await job.change({ untold: job.record.untold.filter((part) => !told.has(part)) });
}

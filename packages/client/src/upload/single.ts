import { insist } from "../insist.ts";
import type { UploadTarget } from "../wire.ts";
import { isRefusal, type UploadJob } from "./job.ts";
import { send } from "./send.ts";

/** The store's words for an address that is no longer good. */
const STALE = ["HTTP_400", "HTTP_401", "HTTP_403"];
const MOST_ADDRESSES = 3;

/** The whole file by one PUT. An address that the store refuses is asked for anew. */
export async function sendWhole(job: UploadJob, file: Blob, signal: AbortSignal): Promise<void> {
  const { api, slots, locale, fetch } = job.tools;
  const { sent, trouble } = job.display;
  let target: UploadTarget | null = job.target;
  for (let addresses = 1; ; addresses += 1) {
    target ??= await insist(() => api.target(job.record.id, signal), signal, trouble);
    const { url, headers } = target;
    try {
      await slots.use(job.rank, signal, () =>
        insist(() => send({ url, headers, body: file, signal, locale, fetch, onProgress: sent }), signal, trouble),
      );
      return;
    } catch (error) {
      if (!isRefusal(error, ...STALE) || addresses === MOST_ADDRESSES) throw error;
      target = null;
    }
  }
}

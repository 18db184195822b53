import { assembleAnother } from "./multipart-walks.ts";
import type { Stock, Walk } from "./stock.ts";

const VIDEO = { title: "Lecture", filename: "a.mp4", content_type: "video/mp4" };
const TOO_LARGE = { ...VIDEO, size_bytes: Number.MAX_SAFE_INTEGER };

/** By operation: the public ones of upload-service. */
export const UPLOAD_WALKS: Readonly<Record<string, Walk>> = {
  async createVideo({ contract, tenant }) {
    await contract.call("createVideo", { tenant, body: { ...VIDEO, size_bytes: 1 } });
    await contract.call("createVideo", { tenant, body: TOO_LARGE });
  },

  async bulkCreateVideos({ contract, tenant }) {
    await contract.call("bulkCreateVideos", { tenant, body: { videos: [{ ...VIDEO, size_bytes: 1 }] } });
    await contract.call("bulkCreateVideos", { tenant, body: { videos: [TOO_LARGE] } });
  },

  async renewUploadTarget(stock) {
    const renew = (id: number) => stock.contract.call("renewUploadTarget", { tenant: stock.tenant, params: { id } });
    await renew(await stock.pending(stock.tenant, null));
    await renew(await stock.uploaded());
    await renew(stock.missing);
  },

  async completeUpload(stock) {
    const { contract, tenant } = stock;
    const complete = (id: number, of = tenant) => contract.call("completeUpload", { tenant: of, params: { id } });
    const id = await stock.pending();
    await complete(id);
    await complete(id);
    await complete(stock.missing);
    await complete(await stock.pending(tenant, null));
    await complete(await stock.pending(tenant, Buffer.from("this is no film\n".repeat(100))));
    await complete(await stock.tooLarge());
    const mismatched = await stock.announced();
    await assembleAnother(stock, mismatched);
    await complete(mismatched);
    for (const limits of [{ queued: 1 }, { hours_a_day: 0.0001 }]) {
      const limited = await stock.limited(limits);
      await stock.uploaded(limited);
      await complete(await stock.pending(limited), limited);
    }
  },

  async getVideo(stock) {
    const { contract, tenant } = stock;
    const ids = [
      await stock.pending(),
      await stock.processing(),
      await stock.failed(),
      await stock.ready(),
      stock.missing,
    ];
    for (const id of ids) await contract.call("getVideo", { tenant, params: { id } });
  },

  async listVideos(stock) {
    await stock.failed();
    await stock.contract.call("listVideos", { tenant: stock.tenant });
    await stock.contract.call("listVideos", { tenant: stock.tenant, query: { limit: "1", status: "FAILED" } });
  },

  async retryVideo(stock) {
    const retry = (id: number, tenant = stock.tenant) => stock.contract.call("retryVideo", { tenant, params: { id } });
    await retry(await stock.failed());
    await retry(await stock.ready());
    await retry(stock.missing);
    for (const limits of [{ queued: 1 }, { hours_a_day: 0.0001 }]) {
      const limited = await stock.limited({});
      const failed = await stock.failed(limited);
      await stock.uploaded(limited);
      await stock.limit(limited, limits);
      await retry(failed, limited);
    }
  },

  async cancelVideo(stock) {
    const cancel = (id: number) => stock.contract.call("cancelVideo", { tenant: stock.tenant, params: { id } });
    await cancel(await stock.uploaded());
    await cancel(await stock.pending(stock.tenant, null));
    await cancel(stock.missing);
  },

  async deleteVideo(stock) {
    const remove = (id: number) => stock.contract.call("deleteVideo", { tenant: stock.tenant, params: { id } });
    const id = await stock.uploaded();
    await remove(id);
    await remove(id);
  },

  async getJob(stock) {
    const get = (id: string) => stock.contract.call("getJob", { tenant: stock.tenant, params: { job_id: id } });
    await get(`video-${await stock.uploaded()}-g1`);
    await get(await stock.job());
    await get("none");
  },
};

/** Without the queue; the last of all. */
export async function withoutQueue(stock: Stock, stopRedis: () => Promise<void>): Promise<void> {
  const { contract, tenant } = stock;
  const [pending, failed] = [await stock.pending(), await stock.failed()];
  await stopRedis();
  await contract.call("completeUpload", { tenant, params: { id: pending } });
  await contract.call("retryVideo", { tenant, params: { id: failed } });
}

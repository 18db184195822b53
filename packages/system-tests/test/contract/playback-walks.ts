import type { Answer } from "./contract.ts";
import { masterOf, type Stock, type Walk } from "./stock.ts";

/** By operation: what plays a video. */
export const PLAYBACK_WALKS: Readonly<Record<string, Walk>> = {
  async getPlayback(stock) {
    for (const id of [await stock.ready(), await stock.pending(stock.tenant, null), stock.missing])
      await stock.contract.call("getPlayback", { tenant: stock.tenant, params: { id } });
  },

  async getPlaylist(stock) {
    const { contract, store, tenant } = stock;
    const [id, deleted] = [await stock.ready(), await stock.ready()];
    const master = Buffer.from("#EXTM3U\n#EXT-X-VERSION:7\n");
    await store.put(masterOf(tenant, id), master, { contentType: "application/vnd.apple.mpegurl" });
    const ticket = await ticketOf(stock, id);
    await serve(stock, ticket, "master.m3u8");
    await serve(stock, ticket, "another.m3u8");
    await serve(stock, "none", "master.m3u8");
    const over = await ticketOf(stock, deleted);
    await contract.call("deleteVideo", { tenant, params: { id: deleted } });
    await serve(stock, over, "master.m3u8");
  },
};

function serve({ contract }: Stock, ticket: string, path: string): Promise<Answer> {
  return contract.call("getPlaylist", { token: null, params: { ticket, path } });
}

async function ticketOf(stock: Stock, id: number): Promise<string> {
  const { body } = await stock.ok("getPlayback", { tenant: stock.tenant, params: { id } });
  return new URL(body.url).pathname.split("/").at(-2) ?? "";
}

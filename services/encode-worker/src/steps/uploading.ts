import { masterPlaylistKey, receiptKey, runPrefix } from "@lectern/keys";
import { PassingFault } from "../endings.ts";
import { findWrong } from "../publisher.ts";
import { makeReceipt, type RunSummary, summarise } from "../receipt.ts";
import type { EncodeStep, RunContext } from "../run-context.ts";
import type { Illustrated } from "./thumbnail.ts";

/** What READY is said with. */
export interface Published {
  hlsPath: string;
  durationSeconds: number;
  summary: RunSummary;
}

/** How much of the step is over once every file is stored; the rest is the check of the store. */
const STORED_PERCENT = 80;

/**
 * Stores what is left, then the receipt, then compares the store's own listing with what was stored, and only then
 * makes the output playable: the master playlist goes last, after upload-service confirmed that this run is the one.
 */
export const uploading: EncodeStep<Illustrated, Published> = {
  name: "uploading",
  async run(context, work) {
    const { publisher, run, tenantId, videoId } = context;
    const prefix = runPrefix(tenantId, videoId, run);
    const master = work.playlists.at(-1);
    if (master === undefined) throw new Error("There is no master playlist");
    for (const playlist of work.playlists.slice(0, -1)) publisher.add(playlist);
    await storeAll(context);

    const { etag, key, size } = work.file.source;
    const receipt = makeReceipt({
      run,
      source: { key, etag, size, duration_seconds: work.file.info.durationSeconds },
      durationSeconds: work.durationSeconds,
      result: work.result,
      objects: [
        ...publisher.published.values(),
        // Told of before it is stored, since nothing may come after it.
        {
          key: masterPlaylistKey(tenantId, videoId, run),
          size: master.bytes,
          content_type: master.contentType,
          sha256: master.sha256,
        },
      ],
    });
    publisher.add({
      name: receiptKey(tenantId, videoId, run).slice(prefix.length),
      contentType: "application/json",
      data: Buffer.from(JSON.stringify(receipt)),
    });
    await publisher.settled();
    await proveStored(context, prefix);
    context.report(90);

    await context.confirm();
    publisher.add(master);
    await publisher.settled();
    await proveStored(context, prefix);

    const poster = work.poster === null ? null : prefix + work.poster.file.name;
    return {
      hlsPath: prefix + master.name,
      durationSeconds: work.durationSeconds,
      summary: summarise(receipt, work.result, {
        ...{ prefix, poster, subtitles: work.subtitles },
        receipt: receiptKey(tenantId, videoId, run),
      }),
    };
  },
};

async function storeAll({ publisher, report }: RunContext): Promise<void> {
  const total = publisher.pending();
  const timer = setInterval(() => report((1 - publisher.pending() / total) * STORED_PERCENT), 250);
  try {
    await publisher.settled();
  } finally {
    clearInterval(timer);
  }
  report(STORED_PERCENT);
}

/** Ends once the store lists everything as it was stored; what it does not is stored again. */
async function proveStored({ publisher, retry, signal, store }: RunContext, prefix: string): Promise<void> {
  await retry(async () => {
    const wrong = await findWrong(store, prefix, publisher.published.values(), signal);
    if (wrong.length === 0) return;
    publisher.repeat(wrong);
    await publisher.settled();
    throw new PassingFault(`The store does not list ${wrong.length} objects as they were stored, such as ${wrong[0]}`);
  });
}

import type { LecternClient, VideoDetail } from "@lectern/client";
import type { Transfers } from "./transfers.ts";

/** What a file was sent as before. */
export type Earlier = { readonly kind: "here" } | { readonly kind: "there"; readonly video: VideoDetail };

export interface Repeated {
  readonly file: File;
  readonly earlier: Earlier;
}

/** Longer ago nobody sends something twice by mistake. */
const LATELY_MS = 30 * 86_400_000;
/** A question is not worth a longer wait. */
const PATIENCE_MS = 3_000;

const isSame = (video: VideoDetail, { name, size }: File) =>
  video.size_bytes === size && video.filename.normalize("NFC") === name.normalize("NFC");

/** Which of the files are being sent, or were lately: by name, size and time here, by name and size on the server. */
export async function findRepeated(
  client: LecternClient,
  transfers: Pick<Transfers, "underWay" | "list">,
  files: readonly File[],
): Promise<Repeated[]> {
  const lately = await sentLately(client);
  const { underWay } = transfers;
  const atRest = new Set(transfers.list().flatMap((each) => (underWay.includes(each) ? [] : [each.upload.state.id])));
  const videos = lately.filter(({ id }) => !atRest.has(id));
  return files.flatMap((file): Repeated[] => {
    const isThis = (other: File) =>
      other.name === file.name && other.size === file.size && other.lastModified === file.lastModified;
    if (underWay.some((transfer) => isThis(transfer.file))) return [{ file, earlier: { kind: "here" } }];
    const video = videos.find((each) => isSame(each, file));
    return video === undefined ? [] : [{ file, earlier: { kind: "there", video } }];
  });
}

/** Without those that failed, which one sends again, and those that were interrupted here, which go on. */
async function sentLately(client: LecternClient): Promise<readonly VideoDetail[]> {
  const createdAfter = new Date(Date.now() - LATELY_MS).toISOString();
  try {
    const [{ items }, unfinished] = await Promise.all([
      client.videos.list(
        { status: ["PENDING", "UPLOADED", "PROCESSING", "READY"], createdAfter, limit: 100 },
        AbortSignal.timeout(PATIENCE_MS),
      ),
      client.uploads.unfinished(),
    ]);
    const interrupted = new Set(unfinished.map(({ id }) => id));
    return items.filter(({ id }) => !interrupted.has(id));
  } catch {
    return []; // better sent twice than not at all
  }
}

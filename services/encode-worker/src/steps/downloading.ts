import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { DiskFull, RunFailed } from "../endings.ts";
import type { EncodeStep } from "../run-context.ts";
import type { Source } from "./presigning.ts";

export interface SourceFile {
  path: string;
  source: Source;
}

/** Fetches the source to the run's own folder: ffmpeg never sees a remote address. */
export const downloading: EncodeStep<Source, SourceFile> = {
  name: "downloading",
  async run(context, source) {
    const path = join(context.scratch, "source");
    await makeSureOfRoom(context.scratch, source.size);
    const outcome = await context.retry((alive) =>
      context.store.download(source.key, path, {
        ifMatch: source.etag,
        resume: true,
        signal: context.signal,
        onReceived: (bytes) => {
          alive();
          context.report((bytes / source.size) * 100);
        },
      }),
    );
    if (outcome.kind === "missing") throw new RunFailed("SOURCE_MISSING", `${source.key} is not in the store`);
    if (outcome.kind === "changed")
      throw new RunFailed("SOURCE_CHANGED", `${source.key} no longer has the ETag ${source.etag}`);
    return { path, source };
  },
};

/** Otherwise a file that cannot fit takes the disk from all other runs before it fails. @throws DiskFull */
async function makeSureOfRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, blocks, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  const ever = blocks * bsize >= bytes ? "" : ", and the whole disk is smaller: this worker can never take it";
  throw new DiskFull(`The source has ${bytes} bytes, ${bavail * bsize} are free${ever}`);
}

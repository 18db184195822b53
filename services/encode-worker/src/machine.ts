import { access, constants, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MediaTools } from "@lectern/media";
import type { Scratch } from "./scratch.ts";

/** What must be free before a job is worth a try: this share of the disk, and never more than so many bytes. */
const LEAST_FREE = { share: 0.05, bytes: 1024 ** 3 };
const TRIAL_BYTES = 64 * 1024;

/** What keeps this machine from working, in one sentence for the log; null where nothing does. */
export async function findFault(scratch: Scratch, tools: MediaTools): Promise<string | null> {
  try {
    for (const tool of [tools.ffmpeg, tools.ffprobe]) await access(tool, constants.X_OK);
    const room = await scratch.create();
    try {
      await writeFile(join(room.path, "trial"), Buffer.alloc(TRIAL_BYTES));
      const { bavail, blocks, bsize } = await statfs(room.path);
      const least = Math.min(blocks * bsize * LEAST_FREE.share, LEAST_FREE.bytes);
      return bavail * bsize >= least ? null : `${bavail * bsize} bytes are free, and less than ${least} is too little`;
    } finally {
      await room.remove();
    }
  } catch (error) {
    return String(error);
  }
}

import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EncodedRendition, OutputFile } from "../result-types.ts";
import { buildMasterPlaylist, buildMediaPlaylist, MASTER_NAME, mediaPlaylistName, PLAYLIST_TYPE } from "./playlists.ts";

/** Writes one playlist a rendition and the master, which is the last of the list, into `outDir`. */
export async function writePlaylists(options: {
  readonly renditions: readonly EncodedRendition[];
  readonly outDir: string;
}): Promise<OutputFile[]> {
  const { renditions, outDir } = options;
  const files: OutputFile[] = [];
  for (const rendition of renditions) {
    const text = buildMediaPlaylist(rendition);
    files.push(await writeOutput(outDir, mediaPlaylistName(rendition.id), Buffer.from(text), PLAYLIST_TYPE));
  }
  const master = Buffer.from(buildMasterPlaylist(renditions));
  files.push(await writeOutput(outDir, MASTER_NAME, master, PLAYLIST_TYPE));
  return files;
}

/** Stores one file of the output and says what it is. Its folder must exist. */
export async function writeOutput(
  outDir: string,
  name: string,
  bytes: Buffer,
  contentType: string,
): Promise<OutputFile> {
  const path = join(outDir, name);
  await writeFile(path, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { name, path, bytes: bytes.length, sha256, contentType };
}

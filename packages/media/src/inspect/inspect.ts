import { open } from "node:fs/promises";
import type { FileFacts } from "../types.ts";
import { inspectAsf, looksLikeAsf } from "./asf.ts";
import { inspectFlv, looksLikeFlv } from "./flv.ts";
import { inspectIsobmff, looksLikeIsobmff } from "./isobmff.ts";
import { inspectMatroska, looksLikeMatroska } from "./matroska.ts";
import { inspectMpegPs, looksLikeMpegPs } from "./mpegps.ts";
import { inspectMpegTs, looksLikeMpegTs } from "./mpegts.ts";
import { inspectMxf, looksLikeMxf } from "./mxf.ts";
import { inspectOgg, looksLikeOgg } from "./ogg.ts";
import { FileReader, type Findings, NOTHING_FOUND } from "./reader.ts";
import { inspectRealMedia, looksLikeRealMedia } from "./realmedia.ts";
import { inspectRiff, looksLikeRiff } from "./riff.ts";

const HEAD = 1024;

type Kind = {
  readonly container: FileFacts["container"];
  readonly looksLike: (head: Buffer) => boolean;
  readonly inspect: (file: FileReader) => Promise<Findings>;
};

const KINDS: readonly Kind[] = [
  { container: "matroska", looksLike: looksLikeMatroska, inspect: inspectMatroska },
  { container: "asf", looksLike: looksLikeAsf, inspect: inspectAsf },
  { container: "riff", looksLike: looksLikeRiff, inspect: inspectRiff },
  { container: "mpegts", looksLike: looksLikeMpegTs, inspect: inspectMpegTs },
  { container: "mpegps", looksLike: looksLikeMpegPs, inspect: inspectMpegPs },
  { container: "ogg", looksLike: looksLikeOgg, inspect: inspectOgg },
  { container: "mxf", looksLike: looksLikeMxf, inspect: inspectMxf },
  { container: "realmedia", looksLike: looksLikeRealMedia, inspect: inspectRealMedia },
  { container: "flv", looksLike: looksLikeFlv, inspect: inspectFlv },
  { container: "isobmff", looksLike: looksLikeIsobmff, inspect: inspectIsobmff },
];

/**
 * Reads the container's own structure in a local file: a few headers and the index, never the media. The kind is
 * told by the content, as ffmpeg does, not by a name. Rejects only where the file cannot be read.
 */
export async function inspectFile(path: string): Promise<FileFacts> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const file = new FileReader(handle, size);
    const head = await file.read(0, HEAD);
    const kind = KINDS.find((candidate) => candidate.looksLike(head));
    const findings = kind ? await kind.inspect(file) : NOTHING_FOUND;
    return { sizeBytes: size, container: kind?.container ?? "other", ending: null, ...findings };
  } finally {
    await handle.close();
  }
}

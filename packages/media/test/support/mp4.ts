import { readFile } from "node:fs/promises";
import { createFile, type Movie, MP4BoxBuffer, type Sample } from "mp4box";

export interface ReadMp4 {
  readonly movie: Movie;
  readonly samples: readonly Sample[];
  /** Sequence numbers of the fragments. */
  readonly sequence: readonly number[];
  /** Where the payload of each `mdat` begins and ends in the bytes that were read. */
  readonly media: readonly { readonly start: number; readonly end: number }[];
}

/** What GPAC's reader finds in files that are played one after the other: an init segment and some segments. */
export async function readMp4(paths: readonly string[]): Promise<ReadMp4> {
  const file = createFile();
  let movie: Movie | null = null;
  let fault: string | null = null;
  file.onReady = (info) => {
    movie = info;
  };
  file.onError = (module, message) => {
    fault ??= `${module}: ${message}`;
  };
  let position = 0;
  for (const path of paths) {
    const bytes = new Uint8Array(await readFile(path));
    file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(bytes.buffer, position));
    position += bytes.byteLength;
  }
  file.flush();
  if (fault !== null) throw new Error(fault);
  if (movie === null) throw new Error("no moov");
  return {
    movie,
    samples: file.getTrackSamplesInfo(1),
    sequence: file.moofs.map(({ mfhd }) => mfhd?.sequence_number ?? Number.NaN),
    media: file.mdats.map(({ start = Number.NaN, hdr_size, size }) => ({
      start: start + (hdr_size ?? 0),
      end: start + size,
    })),
  };
}

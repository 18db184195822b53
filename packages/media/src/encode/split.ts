import { createHash } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { payloadOf, topLevelBoxes } from "../boxes/box-stream.ts";
import { type FragmentTimes, readFragment } from "../boxes/fragment.ts";
import { type InitFacts, readInit } from "../boxes/init.ts";
import type { SegmentFile } from "../result-types.ts";

export interface SplitOptions {
  readonly rendition: string;
  readonly outDir: string;
  /** null: every fragment is a segment. Else fragments are gathered until the segment ends nearest to a multiple. */
  readonly gatherSeconds: number | null;
  readonly contentType: string;
  readonly onFile: (file: SegmentFile) => void;
}

export interface SplitResult {
  readonly facts: InitFacts;
  readonly init: SegmentFile;
  readonly segments: readonly SegmentFile[];
  readonly samples: number;
  readonly durationSeconds: number;
  readonly startSeconds: number;
}

/**
 * Cuts the fragmented MP4 that ffmpeg writes into a pipe at its `moof` boxes, while it writes: init.mp4,
 * seg-00001.m4s, ... Each file is whole when it is announced. Null when nothing was ever written. Reading is the back
 * pressure: ffmpeg waits while a segment is being stored.
 */
export async function splitFragments(
  stream: AsyncIterable<Buffer>,
  options: SplitOptions,
): Promise<SplitResult | null> {
  const folder = join(options.outDir, options.rendition);
  await mkdir(folder, { recursive: true });
  const store = async (index: number, durationSeconds: number, chunks: readonly Buffer[]): Promise<SegmentFile> => {
    const base = index === 0 ? "init.mp4" : `seg-${String(index).padStart(5, "0")}.m4s`;
    const path = join(folder, base);
    const { bytes, sha256 } = await writeChunks(path, chunks);
    const file: SegmentFile = {
      ...{ rendition: options.rendition, kind: index === 0 ? "init" : "segment", index, durationSeconds },
      ...{ name: `${options.rendition}/${base}`, path, bytes, sha256, contentType: options.contentType },
    };
    options.onFile(file);
    return file;
  };

  const segments: SegmentFile[] = [];
  const pending = new Pending(options.gatherSeconds);
  const flush = async (facts: InitFacts) => {
    const { chunks, ticks } = pending.take();
    segments.push(await store(segments.length + 1, ticks / facts.timescale, chunks));
  };
  let beginning: Buffer[] = [];
  let facts: InitFacts | null = null;
  let init: SegmentFile | null = null;
  let first: FragmentTimes | null = null;
  let last: FragmentTimes | null = null;
  let samples = 0;
  for await (const box of topLevelBoxes(stream)) {
    if (box.type === "ftyp" || box.type === "moov") beginning.push(...box.chunks);
    if (box.type === "moov") {
      facts = readInit(payloadOf(box));
      init = await store(0, 0, beginning);
      beginning = [];
    }
    if (box.type === "moof") {
      if (!facts) throw new RangeError("a moof before the moov");
      last = readFragment(payloadOf(box));
      first ??= last;
      samples += last.samples;
      if (pending.endsBefore(last, facts)) await flush(facts);
      pending.add(box.chunks, last.duration);
    }
    if (box.type === "mdat") pending.add(box.chunks, 0);
  }
  if (!facts || !init || !first || !last) return null;
  await flush(facts);
  return {
    ...{ facts, init, segments, samples },
    durationSeconds: (last.start + last.duration - first.start) / facts.timescale,
    startSeconds: (first.firstPresentation - facts.editStart) / facts.timescale,
  };
}

/** Without joining them: copies of all that is encoded are work for the collector, and for the processors beside it. */
async function writeChunks(path: string, chunks: readonly Buffer[]): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const file = await open(path, "w");
  try {
    const { bytesWritten } = await file.writev(chunks);
    // A disk that becomes full in the middle says so only of the next write.
    if (bytesWritten < bytes) await file.appendFile(Buffer.concat(chunks).subarray(bytesWritten));
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** The segment that is being gathered. */
class Pending {
  readonly #gatherSeconds: number | null;
  #chunks: Buffer[] = [];
  #ticks = 0;
  #taken = 0;

  constructor(gatherSeconds: number | null) {
    this.#gatherSeconds = gatherSeconds;
  }

  /** Whether the segment is complete, now that this fragment comes next. */
  endsBefore(next: FragmentTimes, facts: InitFacts): boolean {
    if (this.#chunks.length === 0) return false;
    if (this.#gatherSeconds === null) return true;
    // Multiples of the wanted length, not sums of real ones: sound must not drift away from the picture's segments.
    const boundary = (this.#taken + 1) * this.#gatherSeconds;
    return (next.start + next.duration / 2) / facts.timescale >= boundary;
  }

  add(chunks: readonly Buffer[], ticks: number): void {
    this.#chunks.push(...chunks);
    this.#ticks += ticks;
  }

  take(): { chunks: readonly Buffer[]; ticks: number } {
    const taken = { chunks: this.#chunks, ticks: this.#ticks };
    this.#chunks = [];
    this.#ticks = 0;
    this.#taken += 1;
    return taken;
  }
}

import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { topLevelBoxes } from "../boxes/box-stream.ts";
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
  const store = async (index: number, durationSeconds: number, bytes: Buffer): Promise<SegmentFile> => {
    const base = index === 0 ? "init.mp4" : `seg-${String(index).padStart(5, "0")}.m4s`;
    const path = join(folder, base);
    await writeFile(path, bytes, { flag: "w" });
    const file: SegmentFile = {
      ...{ rendition: options.rendition, kind: index === 0 ? "init" : "segment", index, durationSeconds },
      ...{ name: `${options.rendition}/${base}`, path, bytes: bytes.length, contentType: options.contentType },
      sha256: createHash("sha256").update(bytes).digest("hex"),
    };
    options.onFile(file);
    return file;
  };

  const segments: SegmentFile[] = [];
  const pending = new Pending(options.gatherSeconds);
  const flush = async (facts: InitFacts) => {
    const { bytes, ticks } = pending.take();
    segments.push(await store(segments.length + 1, ticks / facts.timescale, bytes));
  };
  let beginning: Buffer[] = [];
  let facts: InitFacts | null = null;
  let init: SegmentFile | null = null;
  let first: FragmentTimes | null = null;
  let last: FragmentTimes | null = null;
  let samples = 0;
  for await (const box of topLevelBoxes(stream)) {
    if (box.type === "ftyp" || box.type === "moov") beginning.push(box.bytes);
    if (box.type === "moov") {
      facts = readInit(box.payload);
      init = await store(0, 0, Buffer.concat(beginning));
      beginning = [];
    }
    if (box.type === "moof") {
      if (!facts) throw new RangeError("a moof before the moov");
      last = readFragment(box.payload);
      first ??= last;
      samples += last.samples;
      if (pending.endsBefore(last, facts)) await flush(facts);
      pending.add(box.bytes, last.duration);
    }
    if (box.type === "mdat") pending.add(box.bytes, 0);
  }
  if (!facts || !init || !first || !last) return null;
  await flush(facts);
  return {
    ...{ facts, init, segments, samples },
    durationSeconds: (last.start + last.duration - first.start) / facts.timescale,
    startSeconds: (first.firstPresentation - facts.editStart) / facts.timescale,
  };
}

/** The segment that is being gathered. */
class Pending {
  readonly #gatherSeconds: number | null;
  #bytes: Buffer[] = [];
  #ticks = 0;
  #taken = 0;

  constructor(gatherSeconds: number | null) {
    this.#gatherSeconds = gatherSeconds;
  }

  /** Whether the segment is complete, now that this fragment comes next. */
  endsBefore(next: FragmentTimes, facts: InitFacts): boolean {
    if (this.#bytes.length === 0) return false;
    if (this.#gatherSeconds === null) return true;
    // Multiples of the wanted length, not sums of real ones: sound must not drift away from the picture's segments.
    const boundary = (this.#taken + 1) * this.#gatherSeconds;
    return (next.start + next.duration / 2) / facts.timescale >= boundary;
  }

  add(bytes: Buffer, ticks: number): void {
    this.#bytes.push(bytes);
    this.#ticks += ticks;
  }

  take(): { bytes: Buffer; ticks: number } {
    const taken = { bytes: Buffer.concat(this.#bytes), ticks: this.#ticks };
    this.#bytes = [];
    this.#ticks = 0;
    this.#taken += 1;
    return taken;
  }
}

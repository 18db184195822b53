import type { Run } from "@lectern/keys";
import { CHAPTERS_NAME, type EncodeResult, type Subtitles } from "@lectern/media";
import type { PublishedObject } from "./publisher.ts";

/** `receipt.json`: what a run published and what from; who doubts an output compares it with this. */
export interface Receipt {
  version: 1;
  generation: number;
  attempt: number;
  source: { key: string; etag: string; size: number; duration_seconds: number | null };
  output: { duration_seconds: number; plan_hash: string };
  /** Everything under the run's prefix but the receipt itself. */
  objects: ReceiptObject[];
}

export type ReceiptObject = Omit<PublishedObject, "md5">;

/** What stays in the job's record: small, and readable without the store. */
export interface RunSummary {
  duration_seconds: number;
  renditions: { id: string; kind: string; codec: string; size?: string; average_bit_rate: number }[];
  poster: string | null;
  /** WebVTT of small pictures for a seek bar; null where there is no picture. */
  storyboard: string | null;
  /** WebVTT of chapters; null where the source has none. */
  chapters: string | null;
  subtitles: { id: string; name: string; language: string | null; forced: boolean }[];
  /** Decibels by which sound was turned up or down, by track. */
  gains: Record<string, number>;
  receipt: string;
  objects: number;
  bytes: number;
  /** Tracks that were left out, and what else was not as the file promised. */
  warnings: string[];
}

const MOST_WARNINGS = 20;
const WARNING_LENGTH = 200;

export function makeReceipt(options: {
  run: Run;
  source: Receipt["source"];
  durationSeconds: number;
  result: EncodeResult;
  objects: readonly ReceiptObject[];
}): Receipt {
  const objects = options.objects
    .map(({ key, size, content_type, sha256 }) => ({ key, size, content_type, sha256 }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return {
    version: 1,
    generation: options.run.generation,
    attempt: options.run.attempt,
    source: options.source,
    output: { duration_seconds: options.durationSeconds, plan_hash: options.result.plan.hash },
    objects,
  };
}

export function summarise(
  receipt: Receipt,
  result: EncodeResult,
  published: { prefix: string; receipt: string; poster: string | null; subtitles: Subtitles },
): RunSummary {
  return {
    duration_seconds: receipt.output.duration_seconds,
    renditions: result.renditions.map((rendition) => ({
      id: rendition.id,
      kind: rendition.kind,
      codec: rendition.codec,
      ...(rendition.kind === "video" ? { size: `${rendition.width}x${rendition.height}` } : {}),
      average_bit_rate: Math.round(rendition.averageBitRate),
    })),
    poster: published.poster,
    storyboard: result.storyboard === null ? null : published.prefix + result.storyboard.index.name,
    chapters: result.plan.chapters.length === 0 ? null : published.prefix + CHAPTERS_NAME,
    subtitles: published.subtitles.tracks.map(({ plan: { id, name, language, forced } }) => ({
      ...{ id, name, language, forced },
    })),
    gains: Object.fromEntries(result.plan.audio.map(({ id, loudness }) => [id, loudness?.gain ?? 0])),
    receipt: published.receipt,
    objects: receipt.objects.length,
    bytes: receipt.objects.reduce((sum, { size }) => sum + size, 0),
    warnings: [...result.warnings, ...published.subtitles.warnings]
      .slice(0, MOST_WARNINGS)
      .map(({ code, detail }) => `${code}: ${detail}`.slice(0, WARNING_LENGTH)),
  };
}

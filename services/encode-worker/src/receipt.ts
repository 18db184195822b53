import type { Run } from "@lectern/keys";
import type { EncodeResult } from "@lectern/media";
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
  keys: { receipt: string; poster: string | null },
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
    poster: keys.poster,
    receipt: keys.receipt,
    objects: receipt.objects.length,
    bytes: receipt.objects.reduce((sum, { size }) => sum + size, 0),
    warnings: result.warnings
      .slice(0, MOST_WARNINGS)
      .map(({ code, detail }) => `${code}: ${detail}`.slice(0, WARNING_LENGTH)),
  };
}

import { MAX_PARTS } from "@lectern/contracts";

/** About so many parts at most: each is a call that may fail, and a part is what is sent again when it does. */
const MANY_PARTS = 512;

export interface PartPlan {
  /** Bytes of each part but the last. */
  partSize: number;
  partCount: number;
}

/** Cuts a file into equal parts, as R2 demands: of `smallest` bytes, doubled until they are few. Pure. */
export function planParts(sizeBytes: number, smallest: number): PartPlan {
  let partSize = smallest;
  while (Math.ceil(sizeBytes / partSize) > MANY_PARTS) partSize *= 2;
  const partCount = Math.ceil(sizeBytes / partSize);
  if (partCount < 1 || partCount > MAX_PARTS) throw new RangeError(`${sizeBytes} bytes cannot be cut into parts.`);
  return { partSize, partCount };
}

interface Cut {
  size_bytes: number;
  part_size: number;
  part_count: number;
}

/** Bytes that part `number` has; undefined where there is no such part. Pure. */
export function sizeOfPart(cut: Cut, number: number): number | undefined {
  if (number < 1 || number > cut.part_count) return undefined;
  return number < cut.part_count ? cut.part_size : cut.size_bytes - (cut.part_count - 1) * cut.part_size;
}

/** The numbers that are not among `recorded`, lowest first. Pure. */
export function missingParts(cut: Cut, recorded: readonly { part_number: number }[]): number[] {
  const there = new Set(recorded.map(({ part_number }) => part_number));
  return Array.from({ length: cut.part_count }, (_, index) => index + 1).filter((number) => !there.has(number));
}

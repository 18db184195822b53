/**
 * Files that wait far more than they compute (for locks, outages and time limits to run out), at half a minute each.
 * Side by side they would leave the processors idle, and the rest would come to three at a time later.
 */
export const WAITING_FILES: readonly string[] = [
  "packages/system-tests/test/cases/redis-away.test.ts",
  "packages/system-tests/test/cases/store-faults.test.ts",
  "packages/system-tests/test/cases/store-outage.test.ts",
  "packages/system-tests/test/cases/dead-workers.test.ts",
  "packages/system-tests/test/cases/commit-and-queue.test.ts",
  "services/encode-worker/test/sleepers.test.ts",
  "services/encode-worker/test/process.test.ts",
  "packages/local-stack/test/stack.test.ts",
];

/** Puts those of `waiting` that are among the files evenly between the others, one at the very beginning. Pure. */
export function spread(files: readonly string[], waiting: readonly string[]): string[] {
  const apart = files.filter((file) => waiting.includes(file));
  const others = files.filter((file) => !waiting.includes(file));
  const gap = Math.ceil(others.length / Math.max(1, apart.length));
  const mixed = apart.flatMap((file, index) => [file, ...others.slice(index * gap, (index + 1) * gap)]);
  return [...mixed, ...others.slice(apart.length * gap)];
}

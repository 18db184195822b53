import type { Change } from "./history.ts";
import type { Done } from "./inflict.ts";
import type { Scene } from "./scene.ts";

/** Milliseconds. */
export interface Spread {
  readonly count: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.map(Math.round).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/**
 * From the kill -9 of a worker to the start of the next attempt at what it worked on.
 * @param tokens of each worker, the tokens of the runs that it began
 */
export function recoveries(
  history: readonly Change[],
  faults: readonly Pick<Done, "kind" | "target" | "atMs">[],
  tokens: ReadonlyMap<string, ReadonlySet<string>>,
): number[] {
  return faults
    .filter(({ kind }) => kind === "kill" || kind === "kill-at-work")
    .flatMap(({ target, atMs }) => {
      const own = tokens.get(target);
      if (own === undefined) return [];
      const begun = history.findLast(
        (change) => change.atMs < atMs && change.runToken !== null && own.has(change.runToken),
      );
      if (begun?.status !== "PROCESSING") return [];
      const later = history.filter((change) => change.videoId === begun.videoId && change.atMs >= begun.atMs);
      if (later.some((change) => change.atMs < atMs && change.runToken !== begun.runToken)) return [];
      const next = later.find((change) => change.runToken !== null && change.runToken !== begun.runToken);
      if (next === undefined) return [];
      // What was said to be done, or was cancelled, was not taken up again for the kill's sake.
      const wasOver = later.some(({ atMs, status }) => atMs < next.atMs && (status === "READY" || status === "FAILED"));
      return wasOver ? [] : [next.atMs - atMs];
    });
}

/** Of each worker, the tokens of the runs that its log tells of. */
export function tokensOf({ system }: Scene): Map<string, Set<string>> {
  return new Map(
    (["worker-1", "worker-2"] as const).map((worker, index) => {
      const tokens = system.log("encode-worker", index).matchAll(/"run_token":"([^"]+)".*"msg":"run begins"/g);
      return [worker, new Set([...tokens].map((match) => match[1] ?? ""))];
    }),
  );
}

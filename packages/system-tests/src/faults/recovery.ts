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
  faults: readonly Done[],
  tokens: ReadonlyMap<string, ReadonlySet<string>>,
): number[] {
  return faults
    .filter(({ kind }) => kind === "kill")
    .flatMap(({ target, atMs }) => {
      const own = tokens.get(target);
      if (own === undefined) return [];
      const begun = history.findLast(
        (change) => change.atMs < atMs && change.runToken !== null && own.has(change.runToken),
      );
      if (begun === undefined) return [];
      const later = history.filter((change) => change.videoId === begun.videoId && change.atMs >= begun.atMs);
      const wasAtWork = later.every((change) => change.atMs > atMs || change.status === "PROCESSING");
      const next = later.find((change) => change.runToken !== null && change.runToken !== begun.runToken);
      const stillAtWork = later.find((change) => change.atMs > atMs);
      return wasAtWork && begun.status === "PROCESSING" && next !== undefined && stillAtWork?.status !== "READY"
        ? [next.atMs - atMs]
        : [];
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

/** From the transaction that confirmed an upload, or queued it anew, to its job being in the queue. */
export async function dispatches({ database }: Scene): Promise<number[]> {
  const { rows } = await database.query<{ ms: number }>(`
    SELECT (extract(epoch FROM delivered_at - created_at) * 1000)::float8 AS ms
    FROM outbox WHERE kind = 'enqueue' AND delivered_at IS NOT NULL`);
  return rows.map(({ ms }) => ms);
}

import { setTimeout as pause } from "node:timers/promises";
import type { Done } from "./inflict.ts";
import type { Scene } from "./scene.ts";

/** Both in milliseconds since the epoch. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const LOOK_MS = 100;
const LONGEST_MS = 60_000;
/** What carries an upload from its transaction to the queue. */
const ON_THE_WAY: readonly string[] = ["redis", "database", "upload-service"];

/** How long a fault disturbed the way to the queue: until upload-service says that it has everything again. Null: not at all. */
export async function disturbance({ system }: Scene, { target, atMs }: Done): Promise<Span | null> {
  if (!ON_THE_WAY.includes(target)) return null;
  const deadline = Date.now() + LONGEST_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(`${system.urls.upload}/readyz`, { signal: AbortSignal.timeout(2_000) })
      .then(async (response) => ({ status: response.status, body: (await response.json()) as { degraded: string[] } }))
      .catch(() => null);
    if (answer?.status === 200 && answer.body.degraded.length === 0) break;
    await pause(LOOK_MS);
  }
  return { fromMs: atMs, toMs: Date.now() };
}

/** From each transaction that confirmed an upload, or queued it anew, to its job being in the queue. */
export async function dispatches({ database }: Scene): Promise<Span[]> {
  const { rows } = await database.query<Span>(`
    SELECT (extract(epoch FROM created_at) * 1000)::float8 AS "fromMs",
      (extract(epoch FROM delivered_at) * 1000)::float8 AS "toMs"
    FROM outbox WHERE kind = 'enqueue' AND delivered_at IS NOT NULL`);
  return rows;
}

/** Those during which nothing was disturbed. */
export function undisturbed(spans: readonly Span[], disturbances: readonly Span[]): Span[] {
  return spans.filter(
    ({ fromMs, toMs }) => !disturbances.some((other) => other.fromMs <= toMs && other.toMs >= fromMs),
  );
}

export function lengthsOf(spans: readonly Span[]): number[] {
  return spans.map(({ fromMs, toMs }) => toMs - fromMs);
}

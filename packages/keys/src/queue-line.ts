import { jsonObjectOf, numberOf, ownField } from "./clean.ts";
import type { JobId } from "./ids.ts";
import { ENCODE_QUEUE } from "./queue-names.ts";
import type { RedisLike } from "./scripts.ts";

/**
 * BullMQ's sorted set of the jobs that wait for a worker, the next one first: the score is priority * 2^32 and a counter
 * (seen in 6.7.0). Spelled for its usual prefix.
 */
export function encodeLineKey(): string {
  return `bull:${ENCODE_QUEUE}:prioritized`;
}

/** The job's place in the line of the encode queue, 1 for the next; null where it does not wait there. Throws what Redis throws. */
export async function readQueuePosition(queue: RedisLike, jobId: JobId): Promise<number | null> {
  const rank = await queue.zrank(encodeLineKey(), jobId);
  return rank === null ? null : rank + 1;
}

/**
 * In how many seconds the job at a place of the line is expected to begin; places in their order, from 1. The job is
 * named as well: who reads later finds it there although the line has moved.
 */
export type StartForecast = readonly (readonly [place: number, seconds: number, jobId?: string])[];

const MOST_POINTS = 64;

/** String, JSON: the forecast, written by upload-service into the queue's Redis. */
export function startForecastKey(): string {
  return "media:queue:starts";
}

/** Says when what waits is expected to begin, for `seconds` at most: nobody is to believe it when its writer is gone. */
export async function writeStartForecast(queue: RedisLike, points: StartForecast, seconds: number): Promise<void> {
  await queue.set(startForecastKey(), JSON.stringify({ points }), "EX", seconds);
}

/** Null where there is none. Throws what Redis throws. */
export async function readStartForecast(queue: RedisLike): Promise<StartForecast | null> {
  const record = jsonObjectOf(await queue.get(startForecastKey()));
  const points = record === null ? null : ownField(record, "points");
  if (!Array.isArray(points) || points.length === 0 || points.length > MOST_POINTS) return null;
  const read = points.map((point: unknown) => {
    const [place, seconds] = Array.isArray(point) ? [numberOf(point[0]), numberOf(point[1])] : [null, null];
    if (place === null || seconds === null || place < 1 || seconds < 0) return null;
    const jobId: unknown = Array.isArray(point) ? point[2] : undefined;
    return typeof jobId === "string" ? ([place, seconds, jobId] as const) : ([place, seconds] as const);
  });
  const valid = read.filter((point) => point !== null);
  const ordered = valid.every(([place], index) => index === 0 || place > (valid[index - 1]?.[0] ?? 0));
  return valid.length === read.length && ordered ? valid : null;
}

/** The forecast for a job, else for its place: between two points in proportion, beyond the last one at the same rate. Pure. */
export function startsInSeconds(points: StartForecast, position: number, jobId?: JobId): number | null {
  const own = jobId === undefined ? undefined : points.find(([, , named]) => named === jobId);
  if (own !== undefined) return own[1];
  const next = points.findIndex(([place]) => place >= position);
  const exact = points[next];
  if (exact !== undefined && (exact[0] === position || next === 0)) return exact[1];
  const last = next < 0 ? points.length - 1 : next;
  const [to, from] = [points[last], points[last - 1] ?? ([0, 0] as const)];
  if (to === undefined) return null;
  const rate = Math.max(0, (to[1] - from[1]) / (to[0] - from[0]));
  return from[1] + rate * (position - from[0]);
}

import {
  encodeJobId,
  type JobId,
  readQueuePosition,
  readStartForecast,
  type Snapshot,
  type StartForecast,
  type Subject,
  startsInSeconds,
} from "@lectern/keys";
import type { Redis } from "ioredis";
import { LRUCache } from "lru-cache";
import { whenOver } from "./when-over.ts";

/** Where a video stands that waits for its encode; what is not known is null. */
export interface Waiting {
  /** 1 is the next to begin. Null also for what its tenant's limit holds back: it is not in the line. */
  readonly position: number | null;
  readonly startsInSeconds: number | null;
}

/** A snapshot and, of a video that is UPLOADED, its place in the queue. */
export interface SeenSnapshot extends Snapshot {
  readonly waiting?: Waiting;
}

/** Looks up where a video waits. Never rejects, and takes its limit at most. */
export type FindWaiting = (subject: Subject, snapshot: Snapshot) => Promise<SeenSnapshot>;

/** How long a place counts as the present one: all who ask within it share one question. */
export const PLACE_MS = 1_000;
const MOST_PLACES = 20_000;
/** A poll waits no longer for what is only an extra, unless said otherwise. */
const LIMIT_MS = 100;
const UNKNOWN: Waiting = { position: null, startsInSeconds: null };

/**
 * @param queue connection to the queue's Redis, of its own: the one that reads views is tracked, and the line changes all the time
 * @param limitMs what a poll waits for the place, in milliseconds
 */
export function createWaiting(queue: Redis, limitMs = LIMIT_MS): FindWaiting {
  const places = new LRUCache<string, Promise<number | null>>({ max: MOST_PLACES, ttl: PLACE_MS });
  let forecast: { at: number; points: Promise<StartForecast | null> } | null = null;

  function startForecast(): Promise<StartForecast | null> {
    if (forecast === null || performance.now() - forecast.at > PLACE_MS)
      forecast = { at: performance.now(), points: readStartForecast(queue) };
    return forecast.points;
  }

  function placeOf(jobId: JobId): Promise<number | null> {
    const known = places.get(jobId);
    if (known !== undefined) return known;
    const place = readQueuePosition(queue, jobId);
    places.set(jobId, place);
    return place;
  }

  async function find(jobId: JobId): Promise<Waiting> {
    const [position, points] = await Promise.all([placeOf(jobId), startForecast()]);
    const seconds = position === null || points === null ? null : startsInSeconds(points, position, jobId);
    return { position, startsInSeconds: seconds === null ? null : Math.round(seconds) };
  }

  return async (subject, snapshot) => {
    if (subject.kind !== "video" || snapshot.status !== "UPLOADED") return snapshot;
    if (snapshot.generation === null || snapshot.generation < 1 || queue.status !== "ready") return snapshot;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<Waiting>((resolve) => {
      timer = whenOver(limitMs, () => resolve(UNKNOWN));
    });
    const found = find(encodeJobId(subject.videoId, snapshot.generation)).catch(() => UNKNOWN);
    const waiting = await Promise.race([found, limit]);
    clearTimeout(timer);
    return { ...snapshot, waiting };
  };
}

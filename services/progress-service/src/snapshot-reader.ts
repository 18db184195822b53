import { readSnapshots, type Snapshot, type Subject } from "@lectern/keys";
import type { Redis } from "ioredis";

/** What a poll may wait for Redis; the whole answer has 500 ms. */
const LIMIT_MS = 400;
/** A connection that stayed silent this long is given up and made anew: its other end may be gone without a word. */
const SILENT_MS = 2_000;

export type ReadFailure = "timeout" | "error";

export interface SnapshotReader {
  /** Snapshots in the order asked; null where Redis cannot be read, after at most {@link LIMIT_MS}. Never rejects. */
  read: (subjects: readonly Subject[]) => Promise<Snapshot[] | null>;
}

type GiveUp = () => void;

/**
 * Reads for polls, with two guards against a Redis that hangs, since a poll must be answered all the same:
 * - reads begun in one tick share one timer: a timer for each command would cost every poll more than it is worth;
 * - after a read ran out of time nothing more is sent until Redis is heard of again: polls are answered at once, and
 *   nothing piles up.
 */
export function createSnapshotReader(
  redis: Redis,
  onFailure: (failure: ReadFailure, error?: unknown) => void,
): SnapshotReader {
  let tick: Set<GiveUp> | null = null;
  let silentSince: number | null = null;
  redis.on("ready", heard);

  function heard(): void {
    silentSince = null;
  }

  function isSilent(): boolean {
    if (silentSince === null) return false;
    if (performance.now() - silentSince > SILENT_MS) {
      silentSince = performance.now();
      redis.disconnect(true);
    }
    return true;
  }

  /** The reads of this tick. They all give up when its time is over. */
  function currentTick(): Set<GiveUp> {
    if (tick !== null) return tick;
    const reads = new Set<GiveUp>();
    tick = reads;
    setImmediate(() => {
      tick = null;
    });
    setTimeout(() => {
      for (const giveUp of reads) giveUp();
    }, LIMIT_MS);
    return reads;
  }

  return {
    read: (subjects) => {
      if (isSilent()) return Promise.resolve(null);
      return new Promise((resolve) => {
        const reads = currentTick();
        const giveUp = (): void => {
          silentSince ??= performance.now();
          onFailure("timeout");
          resolve(null);
        };
        reads.add(giveUp);
        readSnapshots(redis, subjects).then(
          (snapshots) => {
            reads.delete(giveUp);
            heard();
            resolve(snapshots);
          },
          (error: unknown) => {
            if (reads.delete(giveUp)) onFailure("error", error);
            resolve(null);
          },
        );
      });
    },
  };
}

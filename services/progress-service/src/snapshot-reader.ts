import { type RedisLike, readSnapshots, type Subject } from "@lectern/keys";
import { Cluster } from "ioredis";
import type { FindWaiting, SeenSnapshot } from "./waiting.ts";
import { whenOver } from "./when-over.ts";

/** What a poll waits for Redis, unless said otherwise; the whole answer has 500 ms. */
const LIMIT_MS = 400;
/** What the connection that reads is to give a command: by its own limit an answer that has arrived would be too late. */
export const COMMAND_MS = 2_000;
/** A connection that stayed silent this long is given up and made anew: its other end may be gone without a word. */
const SILENT_MS = 2_000;

export type ReadFailure = "timeout" | "error";

export interface SnapshotReader {
  /** The snapshot; null where Redis cannot be read, after its limit at the latest. Never rejects. */
  read: (subject: Subject) => Promise<SeenSnapshot | null>;
  /** Whether a read would be sent now. */
  reachable: () => boolean;
}

/** What comes of the reads; each tick's are one round trip. */
export interface ReadEvents {
  failed: (failure: ReadFailure, error?: unknown) => void;
  began: () => void;
  /** @param tookMs from the beginning of a read to its answer */
  answered: (tookMs: number) => void;
}

export interface SnapshotReaderOptions {
  findWaiting?: FindWaiting | undefined;
  /** What a read waits for Redis, in milliseconds. Default: 400. */
  limitMs?: number | undefined;
}

type GiveUp = () => void;

/**
 * Reads for polls, with two guards against a Redis that hangs, since a poll must be answered all the same:
 * - a read's time counts from its beginning: the connection's own limit counts from the sending of a command, and
 *   commands are held back while those before them are under way. Reads begun in one tick share one timer. The
 *   connection's limit is to be the longer one: it takes no account of an answer that has arrived;
 * - after a read ran out of time nothing more is sent but a PING at a time until Redis is heard of again: polls are
 *   answered at once, and nothing piles up.
 */
export function createSnapshotReader(
  redis: RedisLike,
  events: ReadEvents,
  { findWaiting, limitMs = LIMIT_MS }: SnapshotReaderOptions = {},
): SnapshotReader {
  let tick: Set<GiveUp> | null = null;
  let silentSince: number | null = null;
  let probing = false;
  redis.on("ready", heard);

  function heard(): void {
    silentSince = null;
  }

  /** Asks for a sign of life, one question at a time. */
  function probe(): void {
    if (probing) return;
    probing = true;
    redis
      .ping()
      .then(heard, () => {})
      .finally(() => {
        probing = false;
      });
  }

  function isSilent(): boolean {
    if (silentSince === null) return false;
    probe();
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
    events.began();
    setImmediate(() => {
      tick = null;
    });
    whenOver(limitMs, () => {
      for (const giveUp of reads) giveUp();
    }).unref();
    return reads;
  }

  return {
    reachable: () => redis.status === "ready" && silentSince === null,
    read: (subject) => {
      if (isSilent()) return Promise.resolve(null);
      return new Promise((resolve) => {
        const began = performance.now();
        const reads = currentTick();
        const giveUp = (): void => {
          // One of a Cluster's nodes that hangs says nothing of the others: its reads alone run out of time.
          if (!(redis instanceof Cluster)) silentSince ??= performance.now();
          events.failed("timeout");
          resolve(null);
        };
        reads.add(giveUp);
        readSnapshots(redis, [subject]).then(
          ([snapshot]) => {
            reads.delete(giveUp);
            heard();
            events.answered(performance.now() - began);
            const waits = snapshot?.status === "UPLOADED" && findWaiting !== undefined;
            resolve(waits ? findWaiting(subject, snapshot) : (snapshot ?? null));
          },
          (error: unknown) => {
            if (reads.delete(giveUp)) events.failed("error", error);
            resolve(null);
          },
        );
      });
    },
  };
}

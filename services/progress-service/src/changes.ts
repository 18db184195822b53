import type { Redis } from "ioredis";

/** Where Redis tells a RESP2 client, by its second connection, which keys of those it read have changed. */
const CHANNEL = "__redis__:invalidate";
/** How often Redis is asked whether everything was told. */
const ASK_EVERY_MS = 50;
/** Pause before a watch that failed is begun anew on the same connections. */
const AGAIN_AFTER_MS = 1_000;

/** @param keys what changed; null: anything may have */
export type HearChanges = (keys: readonly string[] | null) => void;

export interface Changes {
  /** Names the present watch; null while there is none. A key read under a mark is told of as long as the mark stays. */
  mark: () => number | null;
  /** Every change that Redis made before this moment was told. `performance.now()` ms; -Infinity while nothing is watched. */
  heardUntil: () => number;
  /** From now on `hear` is told; what it is told of under one mark is every change of every key read under it. */
  listen: (hear: HearChanges) => void;
  /** Names the server that is watched; null while there is none, or where there are several. */
  server: () => string | null;
  /** Resolves once all is told that changed before the call; at once while nothing is watched. Throws what Redis throws. */
  confirm: () => Promise<void>;
  stop: () => void;
}

export interface ChangesOptions {
  /** The connection that reads. Its owner closes it. */
  reader: Redis;
  /** A connection of its own, closed by `stop`: as {@link LISTENER} says. */
  listener: Redis;
  /** The watch could not be begun: a server without CLIENT TRACKING, or one that does not allow it. Tried anew each second. */
  onFailure: (error: unknown) => void;
}

/**
 * Redis's own client-side caching (CLIENT TRACKING): the server remembers which keys `reader` has read and tells of
 * every change of them, whoever makes it and however: scripts, a plain HSET, DEL, FLUSHALL, eviction. The published
 * events would not do: they tell neither of another team's HSET nor of a flush.
 *
 * Silence is no proof that nothing changed, so the connection that is told is asked by PING: Redis answers it after all
 * that it had to tell before. One question every 50 ms vouches for everything that was read.
 * Expired keys are the exception: Redis tells of them when it removes them, which may be later than their time.
 */
export function watchChanges({ reader, listener, onFailure }: ChangesOptions): Changes {
  const hearers: HearChanges[] = [];
  /** The listening connection's id at its server, and which server that is; null until it listens. */
  let listening: { id: number; server: string } | null = null;
  let mark: number | null = null;
  let marks = 0;
  let heardUntil = Number.NEGATIVE_INFINITY;
  let beginning = false;
  let asking = false;
  let dropping = false;
  let triedAt = Number.NEGATIVE_INFINITY;

  function lost(): void {
    marks += 1;
    mark = null;
    heardUntil = Number.NEGATIVE_INFINITY;
  }

  function listenerLost(): void {
    listening = null;
    dropping = false;
    lost();
  }

  function hear(_channel: unknown, keys: unknown): void {
    const named = Array.isArray(keys) ? keys.map(String) : null;
    for (const hearer of hearers) hearer(named);
  }

  async function begin(): Promise<void> {
    if (listening === null) {
      const id: unknown = await listener.client("ID");
      const server = await serverOf(listener);
      await listener.subscribe(CHANNEL);
      if (typeof id !== "number") throw new Error("Redis gave a connection no id");
      listening = { id, server };
    }
    const [mine, target] = [marks, listening];
    const asked = performance.now();
    // After a fail-over one connection may lead to the new server and the other still to the old, where the same number
    // is somebody else's: changes would be told to a stranger, and the old server would vouch for silence.
    if ((await serverOf(reader)) !== target.server) {
      listener.disconnect(true);
      throw new Error("the connections lead to two servers");
    }
    const answer: unknown = await reader.client("TRACKING", "ON", "REDIRECT", target.id);
    if (answer !== "OK") throw new Error("Redis did not begin to track");
    if (mine !== marks) return;
    mark = mine;
    heardUntil = asked;
  }

  function tryToBegin(): void {
    if (beginning || mark !== null || reader.status !== "ready" || listener.status !== "ready") return;
    beginning = true;
    triedAt = performance.now();
    begin()
      .catch(onFailure)
      .finally(() => {
        beginning = false;
      });
  }

  async function confirm(): Promise<void> {
    const [asked, own] = [performance.now(), mark];
    if (own === null) return;
    await listener.ping();
    if (own === mark) heardUntil = Math.max(heardUntil, asked);
  }

  function ask(): void {
    if (mark === null) {
      if (performance.now() - triedAt >= AGAIN_AFTER_MS) tryToBegin();
      return;
    }
    if (asking) return;
    asking = true;
    confirm()
      // Silent for as long as a command may take: the other end may be gone without a word.
      .catch(() => {
        // Once: until the other end has closed, too, or is given up, it is still called ready.
        if (dropping || listener.status !== "ready") return;
        dropping = true;
        listener.disconnect(true);
      })
      .finally(() => {
        asking = false;
      });
  }

  const events = [
    [listener, "ready", tryToBegin],
    [reader, "ready", tryToBegin],
    [listener, "close", listenerLost],
    [reader, "close", lost],
    [listener, "messageBuffer", hear],
    // Whoever reads notices an outage; a connection without a listener for its errors would log each.
    [listener, "error", () => {}],
  ] as const;
  for (const [connection, event, handler] of events) connection.on(event, handler);
  const timer = setInterval(ask, ASK_EVERY_MS).unref();
  tryToBegin();

  return {
    mark: () => mark,
    heardUntil: () => heardUntil,
    server: () => (mark === null ? null : (listening?.server ?? null)),
    listen: (hearer) => void hearers.push(hearer),
    confirm,
    stop: () => {
      clearInterval(timer);
      for (const [connection, event, handler] of events) connection.off(event, handler);
      listener.on("error", () => {});
      lost();
      listener.disconnect();
    },
  };
}

/** A name that a server has from its start to its end. */
export async function serverOf(connection: Redis): Promise<string> {
  const name = /^run_id:(\w+)/m.exec(await connection.info("server"))?.[1];
  if (name === undefined) throw new Error("Redis does not say which server it is");
  return name;
}

/** What the connection that {@link watchChanges} listens on has to be like. */
export const LISTENER = { autoResubscribe: false, enableAutoPipelining: false, commandTimeout: 2_000 } as const;

/** A connection to listen on, to the same Redis as `reader`. */
export function listenerFor(reader: Redis): Redis {
  return reader.duplicate(LISTENER);
}

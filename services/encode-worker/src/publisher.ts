import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { ObjectStore } from "@lectern/object-store";
import type { Retry } from "./retry.ts";

/** One object of the output, as the receipt lists it. */
export interface PublishedObject {
  key: string;
  size: number;
  content_type: string;
  /** Hex; what the receipt promises. */
  sha256: string;
  /** Hex; what the store's listing shows as the ETag. */
  md5: string;
}

/** A file of the output that is finished, or the bytes of one. `name` is relative to the run's prefix. */
export type Content = { name: string; contentType: string } & ({ path: string } | { data: Uint8Array });

export interface PublisherOptions {
  store: ObjectStore;
  /** With the closing slash. */
  prefix: string;
  signal: AbortSignal;
  /** Repeats a call while the store is away. */
  retry: Retry;
  /** Hears of the first fault, which is for good: nothing more is stored. */
  onFault: (error: unknown) => void;
}

export interface Publisher {
  /** Takes a file; its bytes never change again. A name that was taken before is stored once more. */
  add(content: Content): void;
  /** Stores again what was taken under these keys. */
  repeat(keys: readonly string[]): void;
  /** Drops every name that `keep` does not want, in the store too: tracks that the encoder gave up after a beginning. */
  retain(keep: (name: string) => boolean): Promise<void>;
  /** Waits for everything taken so far. @throws the first fault */
  settled(): Promise<void>;
  /** What is in the store by now, by key. */
  readonly published: ReadonlyMap<string, PublishedObject>;
  /** How many files are taken and not yet stored; of those, how many have not had their turn. */
  pending(): number;
  waiting(): number;
}

/** Enough to fill a line while the encoder runs; each holds one segment in memory. */
const AT_ONCE = 4;
/** Every run has its own prefix, so what is under it never changes. */
const CACHE_CONTROL = "max-age=31536000, immutable";

/** Puts files into the store while others are still being made; a few at a time, each repeated until it is there. */
export function createPublisher(options: PublisherOptions): Publisher {
  const taken = new Map<string, Content>();
  const waiting: string[] = [];
  const published = new Map<string, PublishedObject>();
  const running = new Map<string, Promise<void>>();
  const memory: Buffer[] = [];
  /** Files that were gone when their turn came: right only for those that are dropped afterwards. */
  const vanished = new Set<string>();
  let fault: { error: unknown } | undefined;

  function failed(key: string, error: unknown): void {
    if (isMissingFile(error)) vanished.add(key);
    else if (fault === undefined) {
      fault = { error };
      options.onFault(error);
    }
  }

  async function idle(): Promise<void> {
    while (running.size > 0) await Promise.race(running.values());
  }

  async function settled(): Promise<void> {
    await idle();
    if (fault !== undefined) throw fault.error;
    for (const key of vanished) throw new Error(`The file of ${key} was gone before it was stored`);
  }

  function pump(): void {
    while (fault === undefined && running.size < AT_ONCE) {
      // One at a time for each key: what was taken first must not arrive last.
      const next = waiting.findIndex((key) => !running.has(key));
      const [key] = next < 0 ? [] : waiting.splice(next, 1);
      if (key === undefined) return;
      const content = taken.get(key);
      if (content !== undefined) running.set(key, store(key, content));
    }
  }

  async function store(key: string, content: Content): Promise<void> {
    try {
      const object = await publish(options, key, content, memory);
      if (taken.get(key) === content) published.set(key, object);
    } catch (error) {
      // What was taken again meanwhile has its turn yet to come.
      if (taken.get(key) === content || !isMissingFile(error)) failed(key, error);
    } finally {
      running.delete(key);
      pump();
    }
  }

  return {
    published,
    pending: () => waiting.length + running.size,
    waiting: () => waiting.length,
    add(content) {
      const key = options.prefix + content.name;
      taken.set(key, content);
      vanished.delete(key);
      waiting.push(key);
      pump();
    },
    repeat(keys) {
      waiting.push(...keys);
      pump();
    },
    async retain(keep) {
      const dropped = [...taken.keys()].filter((key) => !keep(key.slice(options.prefix.length)));
      if (dropped.length === 0) return;
      for (const key of dropped) taken.delete(key);
      await idle();
      for (const key of dropped) {
        vanished.delete(key);
        published.delete(key);
        await options.retry(() => options.store.delete([key], { signal: options.signal }));
      }
    },
    settled,
  };
}

/**
 * @param spare memory of files that were stored, which is used again: segments in new memory each time, outside of what the
 * collector counts by, set it going all the while beside an encoder that wants every processor
 */
async function publish(
  options: PublisherOptions,
  key: string,
  content: Content,
  spare: Buffer[],
): Promise<PublishedObject> {
  const { store, signal } = options;
  signal.throwIfAborted();
  const data = "data" in content ? content.data : await readWhole(content.path, spare.pop());
  const { md5 } = await options.retry(() =>
    store.put(key, data, { contentType: content.contentType, cacheControl: CACHE_CONTROL, signal }),
  );
  const sha256 = createHash("sha256").update(data).digest("hex");
  // Not where the call failed: what was sent may still be read from it.
  if (!("data" in content)) spare.push(Buffer.from(data.buffer));
  return { key, size: data.byteLength, content_type: content.contentType, sha256, md5 };
}

/** A file's bytes, in `memory` where that is large enough. */
async function readWhole(path: string, memory: Buffer | undefined): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = memory !== undefined && memory.length >= size ? memory : Buffer.allocUnsafeSlow(size);
    let length = 0;
    while (length < size) {
      const { bytesRead } = await file.read(bytes, length, size - length);
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`);
      length += bytesRead;
    }
    return bytes.subarray(0, size);
  } finally {
    await file.close();
  }
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** The keys of `objects` that a listing of the store does not show with the size and hash they were stored with. */
export async function findWrong(
  store: ObjectStore,
  prefix: string,
  objects: Iterable<PublishedObject>,
  signal: AbortSignal,
): Promise<string[]> {
  const there = new Map<string, { size: number; etag: string }>();
  for await (const { key, size, etag } of store.list(prefix, { signal })) there.set(key, { size, etag });
  return [...objects].flatMap(({ key, size, md5 }) => {
    const found = there.get(key);
    return found?.size === size && found.etag === md5 ? [] : [key];
  });
}

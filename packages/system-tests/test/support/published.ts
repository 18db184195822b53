import { hash } from "node:crypto";
import { createObjectStore, type ObjectStore } from "@lectern/object-store";
import type { Test } from "tap";
import type { SystemUnderTest } from "./system.ts";

/** The keys that a playlist names: its lines, and the URI attributes of its tags. */
export function namedIn(playlist: string, key: string): string[] {
  const names = [...playlist.matchAll(/^#.*\bURI="([^"]+)"|^(?!#)(\S+)$/gm)].map((match) => match[1] ?? match[2] ?? "");
  const base = new URL(key, "http://store/");
  return names.map((name) => new URL(name, base).pathname.slice(1));
}

export interface Store {
  keysBelow(prefix: string): Promise<string[]>;
  read(key: string): Promise<{ readonly text: string; readonly size: number; readonly sha256: string }>;
}

/** The store as anybody with its keys sees it. */
export function storeOf(t: Test, { stack }: SystemUnderTest): Store {
  const store: ObjectStore = createObjectStore(stack.s3);
  t.teardown(() => store.close());
  return {
    async keysBelow(prefix) {
      const keys = [];
      for await (const { key } of store.list(prefix)) keys.push(key);
      return keys;
    },
    async read(key) {
      const answer = await fetch(await store.presignGet(key, { expiresSeconds: 60 }));
      if (answer.status !== 200) throw new Error(`${key}: ${answer.status}`);
      const bytes = Buffer.from(await answer.arrayBuffer());
      return { text: bytes.toString(), size: bytes.byteLength, sha256: hash("sha256", bytes, "hex") };
    },
  };
}

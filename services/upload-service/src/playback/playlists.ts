import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { masterPlaylistKey, runPrefix, videoPrefix } from "@lectern/keys";
import { STORYBOARD_NAME } from "@lectern/media";
import type { ObjectStore } from "@lectern/object-store";
import { LRUCache } from "lru-cache";
import type { MediaUrls } from "./media-urls.ts";
import { namesInPlaylist, resolveName, rewritePlaylist, rewriteStoryboard } from "./rewrite.ts";
import type { Grant } from "./ticket.ts";

export interface Rendered {
  contentType: string;
  /** Compressed: signed addresses make a playlist ten times as long, and repeat all but their signature. */
  gzipped: Buffer;
}

export interface Playlists {
  /** What is served under a ticket by this name; null where the video has no such playlist or storyboard. */
  render(ticket: string, grant: Grant, name: string): Promise<Rendered | null>;
}

const MASTER_NAME = "master.m3u8";
const PLAYLIST_TYPE = "application/vnd.apple.mpegurl";
/** Twelve hours of film with long names are below 1 MB. */
const MOST_BYTES = 4 * 1024 * 1024;
const STORE_LIMIT_MS = 10_000;

const compress = promisify(gzip);

/**
 * Playlists and storyboards with addresses for the media that they name. What the store has never changes under a run's
 * prefix, so it is read once; what was signed is kept for the ticket, which all viewers of the same minutes share.
 * Both within `cacheBytes`, half each. Only names that the master's own text refers to are served.
 */
export function createPlaylists(store: Pick<ObjectStore, "read">, urls: MediaUrls, cacheBytes: number): Playlists {
  const sizes = { maxSize: Math.max(1, Math.floor(cacheBytes / 2)) };
  const texts = new LRUCache<string, { text: string }>({
    ...sizes,
    sizeCalculation: ({ text }) => Math.max(1, text.length),
    async fetchMethod(key) {
      const outcome = await store.read(key, { mostBytes: MOST_BYTES, signal: AbortSignal.timeout(STORE_LIMIT_MS) });
      return outcome.kind === "missing" ? undefined : { text: Buffer.from(outcome.bytes).toString("utf8") };
    },
  });
  const rendered = new LRUCache<string, Rendered, { grant: Grant; name: string }>({
    ...sizes,
    sizeCalculation: ({ gzipped }) => gzipped.byteLength + 1,
    fetchMethod: (_key, _stale, { context }) => make(context.grant, context.name),
  });

  async function make(grant: Grant, name: string): Promise<Rendered | undefined> {
    const within = videoPrefix(grant.tenantId, grant.videoId);
    const master = masterPlaylistKey(grant.tenantId, grant.videoId, grant);
    const isStoryboard = name === STORYBOARD_NAME;
    const key = runPrefix(grant.tenantId, grant.videoId, grant) + name;
    if (name !== MASTER_NAME && !isStoryboard) {
      const known = namesInPlaylist((await texts.fetch(master))?.text ?? "");
      if (!name.endsWith(".m3u8") || !known.includes(name)) return undefined;
    }
    const file = await texts.fetch(key);
    if (file === undefined) return undefined;
    const address = (named: string): Promise<string> => {
      const target = resolveName(named, key, within);
      if (target === null) throw new Error(`${key} names ${named}, which is no file of the video.`);
      return urls.sign(target, grant);
    };
    const text = await (isStoryboard ? rewriteStoryboard : rewritePlaylist)(file.text, address);
    return { contentType: isStoryboard ? "text/vtt" : PLAYLIST_TYPE, gzipped: await compress(text) };
  }

  return {
    render: async (ticket, grant, name) =>
      (await rendered.fetch(`${ticket}/${name}`, { context: { grant, name } })) ?? null,
  };
}

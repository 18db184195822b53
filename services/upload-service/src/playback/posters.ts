import { LRUCache } from "lru-cache";
import type { VideoRow } from "../db/schema.ts";
import { roundedTime } from "./lifetime.ts";
import type { MediaUrls } from "./media-urls.ts";

/** The address of a video's picture; null where it has none. */
export type PosterUrl = (row: VideoRow) => Promise<string | null>;

/** Seconds: whoever was just given an address has most of an hour for it. */
const LIFETIME = 60 * 60;
const KEPT = 10_000;

/** The same address for ten minutes, so that browsers keep the picture, and a list signs each once in that time. */
export function createPosterUrl(urls: MediaUrls): PosterUrl {
  const known = new LRUCache<string, string>({ max: KEPT });
  return async ({ poster_path: key, status }) => {
    if (key === null || status !== "READY") return null;
    const expires = roundedTime(Date.now() / 1000) + LIFETIME;
    const name = `${expires}/${key}`;
    const kept = known.get(name);
    if (kept !== undefined) return kept;
    const url = await urls.sign(key, { expires, lifetime: LIFETIME });
    known.set(name, url);
    return url;
  };
}

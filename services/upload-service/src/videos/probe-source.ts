import type { VideoErrorCode } from "@lectern/contracts";
import { type MediaInfo, type MediaTools, probe } from "@lectern/media";
import type { ObjectStore } from "@lectern/object-store";
import { openSourceProxy } from "./source-proxy.ts";

const PROBE_LIMIT_MS = 10_000;
const PROBE_MAX_BYTES = 64 * 1024 * 1024;
const URL_SECONDS = 60;

export type SourceVerdict =
  | { kind: "media"; info: MediaInfo }
  /** Definitely no medium. `detail` is technical. */
  | { kind: "not_media"; detail: string }
  /** Could not be told within the limits: the worker decides. */
  | { kind: "unknown"; detail: string };

/** What else speaks against a file (a codec, a limit) the worker says, with its own reason. */
const NO_MEDIUM = new Set<VideoErrorCode>(["SOURCE_UNREADABLE", "UNSUPPORTED_FORMAT"]);

export type SourceProber = (key: string, etag: string) => Promise<SourceVerdict>;

/** Looks into an uploaded object without fetching it whole: at most 10 s and 64 MiB. Never throws. */
export function createSourceProber(tools: MediaTools, store: ObjectStore): SourceProber {
  return async (key, etag) => {
    const signal = AbortSignal.timeout(PROBE_LIMIT_MS);
    try {
      const target = await store.presignGet(key, { expiresSeconds: URL_SECONDS, ifMatch: etag });
      const proxy = await openSourceProxy({ target, etag, maxBytes: PROBE_MAX_BYTES, signal });
      try {
        const found = await probe(tools, { url: proxy.url }, { signal, limits: { probeTimeoutMs: PROBE_LIMIT_MS } });
        if (found.kind === "media") return { kind: "media", info: found.info };
        if (found.kind === "not_media" && NO_MEDIUM.has(found.code) && !proxy.fellShort())
          return { kind: "not_media", detail: found.detail };
        return { kind: "unknown", detail: found.detail };
      } finally {
        await proxy.close();
      }
    } catch (error) {
      return { kind: "unknown", detail: error instanceof Error ? error.message : String(error) };
    }
  };
}

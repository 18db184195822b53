import { parseTenantId, parseVideoId, sourceObjectKey, videoPrefix } from "@lectern/keys";
import { randomTenant, signDevToken, startTestSystem } from "@lectern/local-stack";
import { createObjectStore } from "@lectern/object-store";

export interface UploadSystem {
  readonly url: string;
  readonly token: string;
  /** null where this machine has no browser. */
  readonly chromium: string | null;
  readonly apiPid: number;
  /**
   * Waits until the store has dropped what was deleted.
   * @returns objects and open uploads that are still there after that
   */
  leftOver(video: number, uploadId: string | null): Promise<number>;
  stop(): Promise<void>;
}

const DROPPED_WITHIN_MS = 30_000;

/** upload-service as it is shipped, as a process of its own, on real servers. Nothing is encoded: there is no worker. */
export async function startUploadSystem(): Promise<UploadSystem> {
  const system = await startTestSystem({ only: ["upload-service"] });
  const store = createObjectStore(system.stack.s3);
  const tenant = randomTenant();
  const token = await signDevToken(system.secrets, {
    audience: "media-api",
    subject: "teacher",
    tenantId: tenant,
    ttlSeconds: 3_600,
  });
  const apiPid = system.pidOf("upload-service");
  if (apiPid === null) throw new Error("upload-service does not run");

  async function count(video: number, uploadId: string | null): Promise<number> {
    const [tenantId, videoId] = [parseTenantId(tenant), parseVideoId(video)];
    if (tenantId === null || videoId === null) throw new Error("ids that are none");
    let found = 0;
    for await (const _ of store.list(videoPrefix(tenantId, videoId))) found += 1;
    if (uploadId === null) return found;
    // The local store lists no open uploads, but it tells of one that it does not have from one that lacks a part.
    const part = { partNumber: 1, etag: "none" };
    const outcome = await store.multipart.complete(sourceObjectKey(tenantId, videoId), uploadId, [part]);
    return outcome.kind === "missing" ? found : found + 1;
  }
  return {
    url: system.urls.upload,
    token,
    chromium: system.stack.chromium,
    apiPid,
    async leftOver(video, uploadId) {
      const until = Date.now() + DROPPED_WITHIN_MS;
      for (;;) {
        const found = await count(video, uploadId);
        if (found === 0 || Date.now() > until) return found;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    },
    async stop() {
      store.close();
      await system.stop();
    },
  };
}

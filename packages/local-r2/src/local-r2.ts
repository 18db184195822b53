import { Log, LogLevel, Miniflare } from "miniflare";

export interface LocalR2Options {
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Folder of the objects; made when it is not there. */
  readonly dir: string;
  /** Address to listen on. */
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Names besides those of the loopback address by which callers reach it; any other name is answered 403. */
  readonly hostnames: readonly string[];
}

export interface LocalR2 {
  /** Where it answers. */
  readonly url: string;
  /** Ends it, runtime included. */
  stop(): Promise<void>;
}

/** Besides the store's own paths nothing is served but the answer to a health check. */
const WORKER = `export default {
  fetch(request) {
    return new Response(null, { status: new URL(request.url).pathname === "/readyz" ? 200 : 404 });
  },
};`;

/**
 * Starts Cloudflare's local R2 with its S3 endpoint (`/cdn-cgi/local/r2/s3`), which checks signatures, and its open
 * reading path (`/cdn-cgi/local/r2/public/<bucket>/<key>`); `/readyz` answers 200. Resolves when it answers.
 */
export async function startLocalR2(options: LocalR2Options): Promise<LocalR2> {
  const { bucket, accessKeyId, secretAccessKey } = options;
  const miniflare = new Miniflare({
    host: options.host,
    port: options.port,
    log: new Log(LogLevel.ERROR),
    modules: true,
    script: WORKER,
    compatibilityDate: "2026-01-01",
    // It refuses a name that no route has: else a page of another site could point a name of its own here (DNS rebinding).
    routes: options.hostnames.map((name) => `${name}/*`),
    r2Buckets: { STORE: { id: bucket, s3Credentials: { accessKeyId, secretAccessKey } } },
    r2Persist: options.dir,
  });
  try {
    const { origin } = await miniflare.ready;
    return { url: origin, stop: () => miniflare.dispose() };
  } catch (error) {
    await miniflare.dispose();
    throw error;
  }
}

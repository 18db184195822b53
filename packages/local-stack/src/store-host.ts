import { Log, LogLevel, Miniflare } from "miniflare";

/** Sent by the owner, once. */
export interface StoreRequest {
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly dir: string;
  readonly port: number;
}

let store: Miniflare | null = null;

async function end(): Promise<void> {
  await store?.dispose();
  process.exit(0);
}

process.on("message", (request: StoreRequest) => {
  store = new Miniflare({
    host: "127.0.0.1",
    port: request.port,
    log: new Log(LogLevel.ERROR),
    modules: true,
    // Nothing but the store's own paths is served.
    script: "export default { fetch() { return new Response(null, { status: 404 }); } };",
    compatibilityDate: "2026-01-01",
    r2Buckets: {
      STORE: {
        id: request.bucket,
        s3Credentials: { accessKeyId: request.accessKeyId, secretAccessKey: request.secretAccessKey },
      },
    },
    r2Persist: request.dir,
  });
  store.ready.then(
    () => process.send?.("ready"),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once("disconnect", () => void end());
process.once("SIGTERM", () => void end());

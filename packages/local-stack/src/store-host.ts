import { type LocalR2, startLocalR2 } from "@lectern/local-r2";

/** Sent by the owner, once. */
export interface StoreRequest {
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly dir: string;
  readonly port: number;
}

let store: Promise<LocalR2> | null = null;

async function end(): Promise<void> {
  await (await store)?.stop();
  process.exit(0);
}

process.on("message", (request: StoreRequest) => {
  store = startLocalR2({ ...request, host: "127.0.0.1", hostnames: [] });
  store.then(
    () => process.send?.("ready"),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once("disconnect", () => void end());
process.once("SIGTERM", () => void end());

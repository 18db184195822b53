import path from "node:path";
import { buildConsole } from "./console-build.ts";
import type { Ledger } from "./ledger.ts";
import { ROOT } from "./paths.ts";
import { freePort } from "./ports.ts";
import type { SystemUrls } from "./service-specs.ts";
import type { StoreAddress } from "./store.ts";
import { SupervisedService } from "./supervised-service.ts";

/** The teachers' page of a running system. */
export interface RunningConsole {
  readonly url: string;
  stop(): Promise<void>;
}

export interface ConsoleParts {
  readonly urls: Pick<SystemUrls, "upload" | "progress">;
  readonly s3: Pick<StoreAddress, "endpoint">;
  readonly ledger: Ledger;
  /** Folder of its log. */
  readonly logs: string;
  readonly say: (line: string) => void;
}

const TOKEN_COMMAND = "npm run -s token -- --tenant 1";

/**
 * Builds the console where that is needed, serves it on a free port, and returns when it answers. It is told addresses alone: no secret.
 * @throws with what the build or the server said
 */
export async function startConsole({ urls, s3, ledger, logs, say }: ConsoleParts): Promise<RunningConsole> {
  const [root, port] = await Promise.all([buildConsole(), freePort()]);
  const url = `http://127.0.0.1:${port}/`;
  const service = new SupervisedService(
    {
      name: "console",
      entry: path.join(ROOT, "packages/console/server/main.ts"),
      env: {
        HOST: "127.0.0.1",
        PORT: String(port),
        CONSOLE_ROOT: root,
        UPLOAD_URL: urls.upload,
        PROGRESS_URL: urls.progress,
        STORE_URLS: new URL(s3.endpoint).origin,
        TOKEN_COMMAND,
      },
      readyUrl: `${url}readyz`,
      graceMs: 5_000,
    },
    ledger,
    path.join(logs, "console.log"),
    { onChange: () => {}, say },
  );
  try {
    await service.start();
  } catch (error) {
    await service.stop();
    throw error;
  }
  return { url, stop: () => service.stop() };
}

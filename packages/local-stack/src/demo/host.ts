import { devSecrets } from "../dev-secrets.ts";
import { newRunFolder } from "../run-folder.ts";
import { readStackFile } from "../stack-file.ts";
import { publicReadUrlOf } from "../store.ts";
import { startSystem } from "../system.ts";
import { signDevToken } from "../token.ts";
import { LectureApi } from "./api.ts";

/** The system that the demo talks to. */
export interface DemoHost {
  readonly api: LectureApi;
  /** Every object can be read below this; null where the store is somebody else's. */
  readonly publicReadUrl: string | null;
  /** The system ends with the demo, and with it the store. */
  readonly temporary: boolean;
  stop(): Promise<void>;
}

const TENANT = 1;

async function apiOf(urls: { upload: string; progress: string }): Promise<LectureApi> {
  const request = { audience: "media-api", subject: "demo", tenantId: TENANT, ttlSeconds: 86_400 } as const;
  return new LectureApi(urls, await signDevToken(devSecrets(), request));
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  return answer?.status === 200;
}

/** The running `npm run dev` if there is one, else a system of the demo's own. */
export async function findHost(say: (line: string) => void): Promise<DemoHost> {
  const running = readStackFile();
  if (running !== null && (await answers(running.upload)) && (await answers(running.progress))) {
    say("Using the system that is running (npm run dev).");
    return {
      api: await apiOf(running),
      publicReadUrl: process.env.S3_PUBLIC_READ_URL || publicReadUrlOf(running.s3),
      temporary: false,
      stop: async () => {},
    };
  }
  say("Starting PostgreSQL, Redis, the object store and the services …");
  const system = await startSystem({ dir: await newRunFolder("demo"), persistent: false, say });
  const { publicReadUrl } = system.stack.s3;
  return { api: await apiOf(system.urls), publicReadUrl, temporary: true, stop: () => system.stop() };
}

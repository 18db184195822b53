import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Ledger } from "./ledger.ts";
import { freePort } from "./ports.ts";
import { type RunningServer, startServer } from "./server-process.ts";
import type { StoreRequest } from "./store-host.ts";

export interface StoreCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** How to reach an object store. */
export interface StoreAddress extends StoreCredentials {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Every object can be read below this URL without a signature; null where the store is not ours. */
  readonly publicReadUrl: string | null;
}

export const STORE_BUCKET = "lectern";

const S3_PATH = "/cdn-cgi/local/r2/s3";
const PUBLIC_PATH = "/cdn-cgi/local/r2/public";

/** Below it every object of a local store can be read without a signature; null where it is no local store. */
export function publicReadUrlOf(store: { readonly endpoint: string; readonly bucket: string }): string | null {
  if (!store.endpoint.endsWith(S3_PATH)) return null;
  return `${store.endpoint.slice(0, -S3_PATH.length)}${PUBLIC_PATH}/${store.bucket}/`;
}

function childrenOf(pid: number): number[] {
  if (process.platform === "linux") {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => {
        try {
          const stat = readFileSync(`/proc/${name}/stat`, "utf8");
          return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] === String(pid);
        } catch {
          return false;
        }
      })
      .map(Number);
  }
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  return table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
}

/**
 * Cloudflare's local R2 with its S3 endpoint. It checks signatures and answers browsers of any origin (CORS `*`).
 * In a process of its own: it serves on while its owner is busy.
 */
export async function startStore(
  ledger: Ledger,
  options: { readonly dir: string; readonly logFile: string; readonly credentials: StoreCredentials },
): Promise<RunningServer & { readonly address: StoreAddress }> {
  const port = await freePort();
  const request: StoreRequest = { ...options.credentials, bucket: STORE_BUCKET, dir: options.dir, port };
  const server = await startServer(ledger, {
    name: "object-store",
    command: process.execPath,
    args: [path.join(import.meta.dirname, "store-host.ts")],
    options: {},
    message: request,
    logFile: options.logFile,
    probe: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}${PUBLIC_PATH}/${STORE_BUCKET}/none`, {
        signal: AbortSignal.timeout(2_000),
      });
      if (answer.status !== 404) throw new Error(`status ${answer.status}`);
    },
    signal: "SIGTERM",
    graceMs: 5_000,
  });
  // The server proper is a child of that process, and would survive it if it were killed outright.
  for (const child of childrenOf(server.pid)) ledger.add("object-store-runtime", child, "SIGKILL", 1_000);
  const place = { endpoint: `http://127.0.0.1:${port}${S3_PATH}`, bucket: STORE_BUCKET };
  const address = { ...options.credentials, ...place, region: "auto", publicReadUrl: publicReadUrlOf(place) };
  return { ...server, address };
}

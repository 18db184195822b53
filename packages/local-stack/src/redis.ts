import { mkdirSync } from "node:fs";
import net from "node:net";
import type { Ledger } from "./ledger.ts";
import { freePort } from "./ports.ts";
import { type RunningServer, startServer } from "./server-process.ts";
import { readTools } from "./tools.ts";

/** Resolves when the server answers PING; throws while it does not (also while it loads its data). */
export function pingRedis(port: number, host = "127.0.0.1"): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host, () => socket.write("PING\r\n"));
    socket.setTimeout(1_000, () => socket.destroy(new Error("no answer")));
    socket.once("error", reject);
    socket.once("data", (answer) => {
      socket.destroy();
      if (answer.toString().startsWith("+PONG")) resolve();
      else reject(new Error(answer.toString().trim()));
    });
  });
}

export interface RedisOptions {
  readonly dir: string;
  readonly logFile: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Keeps its data over a restart (append-only file); else a restart begins empty. */
  readonly persistent: boolean;
}

/** Redis 7 or newer on 127.0.0.1, `noeviction`, as the queue needs it. */
export async function startRedisServer(
  ledger: Ledger,
  options: RedisOptions,
): Promise<RunningServer & { readonly url: string; readonly port: number }> {
  const { redis } = readTools();
  if (redis === null) throw new Error("The set-up ran without Redis. Run it again with REDIS_URL and STACK unset.");
  mkdirSync(options.dir, { recursive: true });
  const port = options.port ?? (await freePort());
  const settings = {
    bind: "127.0.0.1",
    port: String(port),
    dir: options.dir,
    save: "",
    appendonly: options.persistent ? "yes" : "no",
    "maxmemory-policy": "noeviction",
  };
  const server = await startServer(ledger, {
    name: "redis",
    command: redis.command,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    options: redis.libraryPath === null ? {} : { env: { ...process.env, LD_LIBRARY_PATH: redis.libraryPath } },
    logFile: options.logFile,
    probe: () => pingRedis(port),
    signal: "SIGTERM",
    graceMs: 5_000,
  });
  return { ...server, port, url: `redis://127.0.0.1:${port}` };
}

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readTools } from "@lectern/local-stack";
import { Redis } from "ioredis";
import { freePorts, startRedisProcess } from "../../../../packages/keys/test/support/redis-process.ts";

const NAME = "mymaster";
const PATIENCE_MS = 20_000;

export interface Sentinels {
  /** `redis+sentinel://…` */
  url: string;
  /** The port of the present master, as the sentinel knows it. */
  master: () => Promise<number>;
  /** The replica becomes the master, and the old master its replica: both live on. Resolves when that is so. */
  failOver: () => Promise<void>;
  /** Ends the server at the port by SIGKILL. */
  kill: (port: number) => Promise<void>;
  stop: () => Promise<void>;
}

/** A master, its replica and one sentinel; null where Redis is no program of this machine. */
export async function startSentinels(): Promise<Sentinels | null> {
  const program = readTools().redis;
  if (program === null) return null;
  const dir = await mkdtemp(path.join(tmpdir(), "progress-sentinel-"));
  const [first = 0, second = 0, watcher = 0] = await freePorts(3);
  const server = async (port: number, more: readonly string[]) => {
    await mkdir(path.join(dir, String(port)));
    const settings = ["--bind", "127.0.0.1", "--port", `${port}`, "--dir", path.join(dir, `${port}`), "--save", ""];
    return startRedisProcess(program, [...settings, "--repl-diskless-sync-delay", "0", ...more]);
  };
  const servers = new Map([
    [first, await server(first, [])],
    [second, await server(second, ["--replicaof", `127.0.0.1 ${first}`])],
  ]);
  const config = path.join(dir, "sentinel.conf");
  const lines = [
    `port ${watcher}`,
    "bind 127.0.0.1",
    `dir ${dir}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${first} 1`,
    `sentinel down-after-milliseconds ${NAME} 500`,
    `sentinel failover-timeout ${NAME} 3000`,
  ];
  await writeFile(config, `${lines.join("\n")}\n`);
  const sentinel = startRedisProcess(program, [config, "--sentinel"]);
  const asked = new Redis({ port: watcher, retryStrategy: () => 20 });
  asked.on("error", () => {}); // not listening yet; it tries again
  const master = async (): Promise<number> => {
    const [, port] = (await asked.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)) as [string, string];
    return Number(port);
  };
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await holds().catch(() => false))) {
      if (performance.now() > deadline) throw new Error(`sentinel: ${what} in vain`);
      await pause(20);
    }
  };
  /** Whether the replica of the master could take its place. */
  const replicated = async (): Promise<boolean> => {
    const [replica] = (await asked.call("SENTINEL", "REPLICAS", NAME)) as string[][];
    const fields = new Map(replica?.map((field, index) => [field, replica[index + 1]]));
    return fields.get("flags") === "slave" && fields.get("master-link-status") === "ok";
  };
  // A sentinel asks its servers every 10 s, and sooner only what it has just heard of.
  await until("waited for the replica", replicated);
  return {
    url: `redis+sentinel://127.0.0.1:${watcher}/${NAME}`,
    master,
    failOver: async () => {
      const before = await master();
      await until("asked for a fail-over", async () => (await asked.call("SENTINEL", "FAILOVER", NAME)) === "OK");
      await until("waited for the new master", async () => (await master()) !== before);
    },
    kill: async (port) => servers.get(port)?.kill(),
    stop: async () => {
      asked.disconnect();
      await Promise.all([sentinel.kill(), ...[...servers.values()].map((process) => process.kill())]);
      await rm(dir, { recursive: true });
    },
  };
}

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readTools } from "@lectern/local-stack";
import { connectWhenUp, freePorts, startRedisProcess } from "../../../../packages/keys/test/support/redis-process.ts";

const NAME = "mymaster";
/** Only what never comes takes so long, however busy the machine is. */
const PATIENCE_MS = 60_000;

export interface Sentinels {
  /** `redis+sentinel://…` */
  url: string;
  /** Of the two servers, as they began. */
  ports: { master: number; replica: number };
  /** The replica becomes the master; the old master lives on. Resolves when that is so. */
  failOver: () => Promise<void>;
  /** Ends the server at the port by SIGKILL. */
  kill: (port: number) => Promise<void>;
  /** Starts the replica again. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}

interface SentinelOptions {
  /** After so long without an answer a server counts as gone. Default: never, whatever the machine does meanwhile. */
  downAfterMs?: number;
}

/** A master, its replica and one sentinel; null where Redis is no program of this machine. */
export async function startSentinels({ downAfterMs = 600_000 }: SentinelOptions = {}): Promise<Sentinels | null> {
  const program = readTools().redis;
  if (program === null) return null;
  const dir = await mkdtemp(path.join(tmpdir(), "progress-sentinel-"));
  const [first = 0, second = 0, watcher = 0] = await freePorts(3);
  const server = async (port: number, more: readonly string[]) => {
    await mkdir(path.join(dir, String(port)), { recursive: true });
    const settings = ["--bind", "127.0.0.1", "--port", `${port}`, "--dir", path.join(dir, `${port}`), "--save", ""];
    return startRedisProcess(program, [...settings, "--repl-diskless-sync-delay", "0", ...more]);
  };
  const asReplica = () => server(second, ["--replicaof", `127.0.0.1 ${first}`]);
  const servers = new Map([
    [first, await server(first, [])],
    [second, await asReplica()],
  ]);
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await holds().catch(() => false))) {
      if (performance.now() > deadline) throw new Error(`sentinel: ${what} in vain`);
      // Servers tell nobody when they are done: asking is the only way to know.
      await pause(20);
    }
  };
  const replica = connectWhenUp(second);
  // A sentinel asks its servers every 10 s, and sooner only what it has just heard of: so it is to see them as they stay.
  await until("waited for the replica", async () => ((await replica.role()) as unknown[])[3] === "connected");
  replica.disconnect();
  const config = path.join(dir, "sentinel.conf");
  const lines = [
    `port ${watcher}`,
    "bind 127.0.0.1",
    `dir ${dir}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${first} 1`,
    `sentinel down-after-milliseconds ${NAME} ${downAfterMs}`,
    `sentinel failover-timeout ${NAME} ${PATIENCE_MS}`,
  ];
  await writeFile(config, `${lines.join("\n")}\n`);
  const sentinel = startRedisProcess(program, [config, "--sentinel"]);
  const asked = connectWhenUp(watcher);
  const master = async (): Promise<number> => {
    const [, port] = (await asked.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)) as [string, string];
    return Number(port);
  };
  /** Whether the sentinel knows that the replica of the master could take its place. */
  const replicated = async (): Promise<boolean> => {
    const [known] = (await asked.call("SENTINEL", "REPLICAS", NAME)) as string[][];
    const fields = new Map(known?.map((field, index) => [field, known[index + 1]]));
    return fields.get("flags") === "slave" && fields.get("master-link-status") === "ok";
  };
  await until("waited until the sentinel knew the replica", replicated);
  return {
    url: `redis+sentinel://127.0.0.1:${watcher}/${NAME}`,
    ports: { master: first, replica: second },
    failOver: async () => {
      const before = await master();
      await until("asked for a fail-over", async () => (await asked.call("SENTINEL", "FAILOVER", NAME)) === "OK");
      await until("waited for the new master", async () => (await master()) !== before);
    },
    kill: async (port) => servers.get(port)?.kill(),
    restart: async () => void servers.set(second, await asReplica()),
    stop: async () => {
      asked.disconnect();
      await Promise.all([sentinel.kill(), ...[...servers.values()].map((process) => process.kill())]);
      await rm(dir, { recursive: true });
    },
  };
}

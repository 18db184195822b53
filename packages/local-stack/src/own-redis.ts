import { randomBytes } from "node:crypto";
import path from "node:path";
import { readGivenServers } from "./given-servers.ts";
import { importContainers } from "./parts.ts";
import { startRedisServer } from "./redis.ts";
import { ownParts } from "./testing.ts";

export interface OwnRedis {
  readonly url: string;
  readonly port: number;
  /** Ends it in order; `start` brings it back on the same port. */
  stop(): Promise<void>;
  /** Ends it by SIGKILL. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface OwnRedisOptions {
  /** Keeps its data over `stop` and `start`; by default it comes back empty. */
  readonly persistent?: boolean;
}

/** A Redis of one's own, to stop and start under test. Ends with the process at the latest. */
export async function startRedis(options: OwnRedisOptions = {}): Promise<OwnRedis> {
  const persistent = options.persistent ?? false;
  const { ledger } = await ownParts();
  if (readGivenServers(process.env).containers) {
    const { startRedisContainer } = await importContainers();
    const { url, port, halt, kill, start } = await startRedisContainer(ledger, { persistent });
    return { url, port, stop: halt, kill, start };
  }
  const name = `redis-${randomBytes(4).toString("hex")}`;
  const settings = {
    dir: path.join(ledger.dir, name),
    logFile: path.join(ledger.dir, "logs", `${name}.log`),
    persistent,
  };
  let server = await startRedisServer(ledger, settings);
  return {
    url: server.url,
    port: server.port,
    stop: () => server.stop(),
    kill: () => server.kill(),
    start: async () => {
      await server.stop();
      server = await startRedisServer(ledger, { ...settings, port: server.port });
    },
  };
}

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readTools } from "@lectern/local-stack";
import type { Redis } from "ioredis";
import { connectWhenUp, freePorts, startRedisProcess } from "./redis-process.ts";

const NODES = 3;
const SLOTS = 16384;
/** Only a Cluster that never comes together takes so long, however busy the machine is. */
const PATIENCE_MS = 60_000;

export interface TestClusterOptions {
  /** Milliseconds of silence after which a node counts as gone. Default: Redis' own 15 s. */
  readonly nodeTimeoutMs?: number;
  /** Whether the last of the three has a replica, which takes its place. Default: no. */
  readonly replica?: boolean;
}

export interface TestCluster {
  /** Of the masters; of the replica last. */
  readonly ports: readonly number[];
  /** Ends one node by SIGKILL. */
  kill(index: number): Promise<void>;
  stop(): Promise<void>;
}

/** Three Redis nodes that share the slots, made of the program that the set-up found; null where Redis is elsewhere. */
export async function startCluster({
  nodeTimeoutMs = 15_000,
  replica = false,
}: TestClusterOptions = {}): Promise<TestCluster | null> {
  const program = readTools().redis;
  if (program === null) return null;
  const dir = await mkdtemp(path.join(tmpdir(), "keys-cluster-"));
  const count = replica ? NODES + 1 : NODES;
  const ports = await freePorts(2 * count);
  const nodes = Array.from({ length: count }, (_, index) => ({
    port: ports[2 * index] ?? 0,
    bus: ports[2 * index + 1] ?? 0,
    dir: path.join(dir, String(index)),
  }));
  const children = await Promise.all(
    nodes.map(async (node) => {
      await mkdir(node.dir);
      const settings = ["--port", node.port, "--cluster-port", node.bus, "--cluster-enabled", "yes", "--dir", node.dir];
      const more = ["--cluster-node-timeout", nodeTimeoutMs, "--repl-diskless-sync-delay", 0];
      return startRedisProcess(program, [...settings, ...more, "--bind", "127.0.0.1", "--save", ""].map(String));
    }),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.kill()));
    await rm(dir, { recursive: true });
  };
  const connections = nodes.map((node) => connectWhenUp(node.port));
  try {
    await Promise.all(
      connections.slice(0, NODES).map(async (redis, index) => {
        await redis.call("CLUSTER", "ADDSLOTSRANGE", firstSlot(index), firstSlot(index + 1) - 1);
        await redis.call("CLUSTER", "SET-CONFIG-EPOCH", index + 1);
      }),
    );
    for (const node of nodes.slice(1)) await connections[0]?.call("CLUSTER", "MEET", "127.0.0.1", node.port, node.bus);
    await Promise.all(connections.map(untilWhole));
    const [last, added] = connections.slice(NODES - 1);
    if (last !== undefined && added !== undefined)
      await untilReplica(added, String(await last.call("CLUSTER", "MYID")));
  } catch (error) {
    await stop();
    throw error;
  } finally {
    for (const connection of connections) connection.disconnect();
  }
  return { ports: nodes.map((node) => node.port), kill: async (index) => children[index]?.kill(), stop };
}

function firstSlot(index: number): number {
  return Math.floor((index * SLOTS) / NODES);
}

/** Makes a node, which knows the others, a replica that has all its master has. */
async function untilReplica(redis: Redis, master: string): Promise<void> {
  await redis.call("CLUSTER", "REPLICATE", master);
  const deadline = Date.now() + PATIENCE_MS;
  while (((await redis.role()) as unknown[])[3] !== "connected") {
    if (Date.now() > deadline) throw new Error("the replica did not come to its master");
    await pause(50);
  }
}

/** Nodes gossip among themselves and tell nobody when they are done: asking is the only way to know. */
async function untilWhole(redis: Redis): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const info = String(await redis.call("CLUSTER", "INFO"));
    if (/cluster_state:ok/.test(info) && info.includes(`cluster_size:${NODES}`)) return;
    if (Date.now() > deadline) throw new Error(`the cluster did not come together:\n${info}`);
    await pause(50);
  }
}

import { connectState, createLogger } from "@lectern/service-kit";
import { Cluster } from "ioredis";
import type { Test } from "tap";
import { startCluster, type TestClusterOptions } from "../../../../packages/keys/test/support/cluster.ts";
import { watchCluster } from "../../src/watch-cluster.ts";
import { startLive } from "./streams.ts";

/** The service with its state in a Redis Cluster of its own; null where Redis is no program of this machine. */
export async function startOnCluster(t: Test, options?: TestClusterOptions) {
  const servers = await startCluster(options);
  if (servers === null) return null;
  t.teardown(() => servers.stop());
  const hosts = servers.ports.map((port) => `127.0.0.1:${port}`).join();
  const connection = connectState(`redis+cluster://${hosts}`, createLogger({ service: "test", level: "silent" }));
  t.teardown(connection.close);
  const cluster = connection.redis;
  if (!(cluster instanceof Cluster)) throw new Error("no cluster");
  const changes = watchCluster(cluster, () => {});
  t.teardown(changes.stop);
  const it = await startLive(t, { redis: cluster, changes });
  return { servers, cluster, changes, it, url: it.url };
}

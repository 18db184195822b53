import { randomTenant, startTcpProxy, startTestSystem, type TcpProxy, type TestSystem } from "@lectern/local-stack";
import { createObjectStore, type ObjectStore } from "@lectern/object-store";
import { Redis } from "ioredis";
import pg from "pg";
import { type Client, signIn } from "../client.ts";
import { keepHistory } from "./history.ts";

/** The system under faults: a proxy before each server, and ways around the proxies for who looks at it. */
export interface Scene {
  readonly system: TestSystem;
  readonly proxies: { readonly redis: TcpProxy; readonly store: TcpProxy; readonly database: TcpProxy };
  readonly database: pg.Pool;
  readonly redis: Redis;
  readonly store: ObjectStore;
  /** One teacher a tenant. */
  readonly teachers: readonly Client[];
  /** Removes the objects of these tenants and ends the rest. */
  close(): Promise<void>;
}

const WORKERS = 2;

/** Everything as it is shipped, but for the preset, the wait for a balancer, and a Redis that keeps its data. */
export async function openScene(tenants: number): Promise<Scene> {
  const opened: TcpProxy[] = [];
  const proxy = async (target: string) => {
    const started = await startTcpProxy({ target });
    opened.push(started);
    return started;
  };
  const wired = Promise.withResolvers<Scene["proxies"]>();
  const system = await startTestSystem({
    workers: WORKERS,
    redis: { persistent: true },
    settings: {
      "progress-service": { DRAIN_DELAY_MS: "0" },
      "encode-worker": { X264_PRESET: "ultrafast" },
    },
    rewire: async ({ databaseUrl, redisUrl, s3 }) => {
      const [database, redis, store] = await Promise.all([proxy(databaseUrl), proxy(redisUrl), proxy(s3.endpoint)]);
      wired.resolve({ database, redis, store });
      return { databaseUrl: database.url, redisUrl: redis.url, s3: { ...s3, endpoint: store.url } };
    },
  });
  const database = new pg.Pool({ connectionString: system.databaseUrl, max: 4, application_name: "onlooker" });
  database.on("error", () => {});
  await keepHistory(database);
  const redis = new Redis(system.redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on("error", () => {});
  const store = createObjectStore(system.stack.s3);
  const teachers = await Promise.all(Array.from({ length: tenants }, () => signIn(system, randomTenant())));
  return {
    system,
    proxies: await wired.promise,
    database,
    redis,
    store,
    teachers,
    async close() {
      for (const { tenant } of teachers) {
        const keys: string[] = [];
        for await (const { key } of store.list(`tenants/${tenant}/`)) keys.push(key);
        if (keys.length > 0) await store.delete(keys);
      }
      store.close();
      redis.disconnect();
      await database.end();
      await system.stop();
      await Promise.all(opened.map((each) => each.close()));
    },
  };
}

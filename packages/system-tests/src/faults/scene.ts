import {
  type OwnPostgres,
  randomTenant,
  startOwnPostgres,
  startTestSystem,
  type TestSystem,
} from "@lectern/local-stack";
import { createObjectStore, type ObjectStore } from "@lectern/object-store";
import { Redis } from "ioredis";
import pg from "pg";
import { type Client, signIn } from "../client.ts";
import { forgetTenant } from "../forget-tenant.ts";
import { SIMULATED } from "../simulated/system.ts";
import { runsOf } from "./evidence.ts";
import { keepHistory } from "./history.ts";
import { mountScratchDisk, type ScratchDisk } from "./scratch-disk.ts";
import { type Wiring, wire } from "./wiring.ts";

/** The system under faults: a proxy before each server, and ways around the proxies for who looks at it. */
export interface Scene extends Pick<Wiring, "proxies" | "answers" | "workersToRedis"> {
  readonly system: TestSystem;
  /** The run's own, to be restarted. */
  readonly postgres: OwnPostgres;
  /** null where there is none; `leftOut` says why. */
  readonly scratchDisk: ScratchDisk | null;
  /** What cannot be done on this machine, a sentence each. */
  readonly leftOut: readonly string[];
  readonly database: pg.Pool;
  readonly redis: Redis;
  readonly store: ObjectStore;
  /** One teacher a tenant. */
  readonly teachers: readonly Client[];
  /** Whether a worker has a run under way. */
  isAtWork(pid: number): boolean;
  /** Removes the objects of these tenants and ends the rest. */
  close(): Promise<void>;
}

const WORKERS = 2;

/**
 * Everything as it is shipped, but for the preset, the wait for a balancer, and a Redis that keeps its data.
 * @param options.simulated workers that encode nothing, for thousands of uploads
 */
export async function openScene(tenants: number, options: { readonly simulated?: boolean } = {}): Promise<Scene> {
  const mounted = mountScratchDisk();
  const scratchDisk = "why" in mounted ? null : mounted;
  const leftOut = "why" in mounted ? [`no disk is filled: ${mounted.why}`] : [];
  const postgres = await startOwnPostgres();
  const wired = Promise.withResolvers<Wiring>();
  const system = await startTestSystem({
    workers: WORKERS,
    redis: { persistent: true },
    databaseUrl: postgres.url,
    ...(scratchDisk && { scratchDir: scratchDisk.dir }),
    entries: options.simulated ? SIMULATED.entries : {},
    settings: {
      "progress-service": { DRAIN_DELAY_MS: "0" },
      "encode-worker": options.simulated ? SIMULATED.settings : { X264_PRESET: "ultrafast" },
    },
    rewire: async (servers) => {
      const wiring = await wire(servers, WORKERS);
      wired.resolve(wiring);
      return wiring.addresses;
    },
  }).catch((error: unknown) => {
    // Servers end with the process; what is mounted does not.
    scratchDisk?.close();
    throw error;
  });
  const { proxies, answers, workersToRedis, close: closeWiring } = await wired.promise;
  const database = new pg.Pool({ connectionString: system.databaseUrl, max: 4, application_name: "onlooker" });
  database.on("error", () => {});
  await keepHistory(database);
  const redis = new Redis(system.redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on("error", () => {});
  const store = createObjectStore(system.stack.s3);
  const teachers = await Promise.all(Array.from({ length: tenants }, () => signIn(system, randomTenant())));
  return {
    system,
    postgres,
    scratchDisk,
    leftOut,
    proxies,
    answers,
    workersToRedis,
    database,
    redis,
    store,
    teachers,
    isAtWork: (pid) => runsOf(system.scratchDir, pid).length > 0,
    async close() {
      for (const { tenant } of teachers) await forgetTenant(store, tenant);
      store.close();
      redis.disconnect();
      await database.end();
      await system.stop();
      await closeWiring();
      await postgres.stop();
      scratchDisk?.close();
    },
  };
}

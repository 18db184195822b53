import { type ChildProcess, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ServerAddresses, TestSystemOptions } from "@lectern/local-stack";
import { Redis } from "ioredis";
import pg from "pg";
import type { Test } from "tap";
import { type Store, storeOf } from "../../support/published.ts";
import { type SystemUnderTest, startSystem } from "../../support/system.ts";
import { openStoreGate, type StoreGate, type StoreRequest } from "./store-gate.ts";
import { until } from "./until.ts";

/** A video as the database has it. */
export interface Row {
  readonly status: string;
  readonly generation: number;
  readonly attempt: number;
  readonly crashes: number;
  readonly version: number;
  readonly hls_path: string | null;
  readonly error_code: string | null;
  readonly run_token: string | null;
}

/** One more worker, which nobody starts again. */
export interface OwnWorker {
  readonly process: ChildProcess;
  log(): string;
  /** Waits until it has logged that. */
  logged(line: RegExp): Promise<void>;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>;
}

/** A system, and ways past it for who looks at it. */
export interface Scene extends SystemUnderTest {
  readonly database: pg.Pool;
  readonly client: Redis;
  readonly store: Store;
  /** Between the services and the store, and between browsers and the store. */
  readonly gate: StoreGate;
  row(id: number): Promise<Row>;
  /** Waits until the database says so of the video. */
  untilRow(id: number, accept: (row: Row) => boolean): Promise<Row>;
  /** @param env what it is told otherwise than the others */
  startWorker(env?: Readonly<Record<string, string>>): OwnWorker;
}

/** The system with a gate before its store; all of it ends with the test. */
export async function openScene(t: Test, options: TestSystemOptions = {}): Promise<Scene> {
  const gated = Promise.withResolvers<StoreGate>();
  const rewire = async (servers: ServerAddresses): Promise<ServerAddresses> => {
    const gate = await openStoreGate(t, servers.s3.endpoint);
    gated.resolve(gate);
    const wired = (await options.rewire?.(servers)) ?? servers;
    return { ...wired, s3: { ...servers.s3, endpoint: gate.url } };
  };
  const system = await startSystem(t, { ...options, rewire });
  const database = new pg.Pool({ connectionString: system.databaseUrl, max: 4, application_name: "onlooker" });
  database.on("error", () => {});
  const client = new Redis(system.redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on("error", () => {});
  // Before the system, whose end drops the database: tap runs what was added last first.
  t.teardown(async () => {
    client.disconnect();
    await database.end();
  });
  const row = async (id: number) => {
    const { rows } = await database.query<Row>(
      "SELECT status, generation, attempt, crashes, version, hls_path, error_code, run_token FROM videos WHERE id = $1",
      [id],
    );
    if (rows[0] === undefined) throw new Error(`There is no video ${id}.`);
    return rows[0];
  };
  const workers: OwnWorker[] = [];
  t.teardown(() => {
    if (!t.passing()) for (const { log } of workers) t.comment(`worker:\n${log().split("\n").slice(-40).join("\n")}`);
  });
  return {
    ...system,
    database,
    client,
    store: storeOf(t, system),
    gate: await gated.promise,
    row,
    untilRow: (id, accept) => until(() => row(id), accept),
    startWorker(env = {}) {
      const worker = ownWorker(system, `own-worker-${workers.length + 1}`, env);
      t.teardown(worker.stop);
      workers.push(worker);
      return worker;
    },
  };
}

function ownWorker(system: SystemUnderTest, name: string, env: Readonly<Record<string, string>>): OwnWorker {
  const own = { args: [], env: { ...env, HEALTH_PORT: "0" }, log: name };
  const { child, log } = system.launch("encode-worker", own);
  const ended = once(child, "exit");
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGCONT");
    child.kill(signal);
    await ended;
  };
  return {
    process: child,
    log,
    async logged(line) {
      await until(log, (text) => line.test(text));
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

/** Tells requests for one object of a video: its source, or a file of its output. */
export const objectOf =
  (id: number, name: string) =>
  ({ path }: StoreRequest): boolean =>
    path.includes(`/videos/${id}/`) && path.endsWith(name);

/** Tells a worker's download of a video's source from what "complete" asks about it. */
export const downloadOf =
  (id: number) =>
  (request: StoreRequest): boolean =>
    request.method === "GET" && !request.presigned && objectOf(id, "/source")(request);

/** What makes a process's clock wrong by so many seconds, as a variable of its environment. */
export function wrongClock(seconds: number): { readonly NODE_OPTIONS: string } {
  return { NODE_OPTIONS: `--import ${new URL(`shift-clock.ts?seconds=${seconds}`, import.meta.url).href}` };
}

/** Whether this test may mount file systems: in a container not even root may, mostly. So it is tried. */
export function mayMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const dir = mkdtempSync(path.join(tmpdir(), "lectern-mount-"));
  const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", dir]).status === 0;
  if (isMounted) spawnSync("umount", ["-l", dir]);
  rmdirSync(dir);
  return isMounted;
}

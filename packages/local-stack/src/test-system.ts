import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type RunningConsole, startConsole } from "./console.ts";
import type { DevSecrets } from "./dev-secrets.ts";
import { type OwnRedis, type OwnRedisOptions, startRedis } from "./own-redis.ts";
import type { ServiceName, SystemParts } from "./service-specs.ts";
import { logFileOf, type Services, startServices } from "./services.ts";
import { createDatabase, ownParts, type TestStack, testStack } from "./testing.ts";

/** The services as processes of their own, on an empty database, a Redis of their own and the shared store. */
export interface TestSystem extends Pick<Services, "urls" | "processes" | "pidOf" | "launch"> {
  readonly stack: TestStack;
  readonly databaseUrl: string;
  /** To stop and start under test; it comes back empty unless it was asked to be persistent. */
  readonly redis: OwnRedis;
  /** What signs the tokens that these services accept. */
  readonly secrets: DevSecrets;
  /** A line for each time that a service died and was started again. */
  readonly restarts: readonly string[];
  /** Where the workers put files under work. */
  readonly scratchDir: string;
  /** What a service has logged so far; `index` says which of several workers, from 0. */
  log(name: ServiceName, index?: number): string;
  /** Serves the teachers' page of this system, as `dev` does. It ends with the system. */
  startConsole(): Promise<RunningConsole>;
  /** Ends the services alone; what they leave behind can then be looked at. */
  stopServices(): Promise<void>;
  /** Ends the services and drops the database, unless it was given. Can be called twice. */
  stop(): Promise<void>;
}

export interface TestSystemOptions {
  /** Default: all of them. */
  readonly only?: readonly ServiceName[];
  /** Further variables of a service. */
  readonly settings?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** Files to run in the place of a service's own `main.ts`. */
  readonly entries?: Partial<Record<ServiceName, string>>;
  /** How many encode-workers; default 1. */
  readonly workers?: number;
  /** Of the system's own Redis. */
  readonly redis?: OwnRedisOptions;
  /** Told where the servers are, says where the services shall look for them: at proxies. */
  readonly rewire?: (servers: ServerAddresses) => Promise<ServerAddresses & Pick<SystemParts, "workerSettings">>;
  /** An empty database; default: one of the system's own in the shared server. */
  readonly databaseUrl?: string;
  /** Where the workers put files under work; default: a folder that goes with the process. */
  readonly scratchDir?: string;
}

export type ServerAddresses = Pick<SystemParts, "databaseUrl" | "redisUrl" | "s3">;

/** Returns when every service is ready. What is not stopped ends with the process. */
export async function startTestSystem(options: TestSystemOptions = {}): Promise<TestSystem> {
  const stack = await testStack();
  const { ledger } = await ownParts();
  const given = options.databaseUrl === undefined ? null : { url: options.databaseUrl, drop: async () => {} };
  const [database, redis] = await Promise.all([given ?? createDatabase(), startRedis(options.redis)]);
  const end = () => Promise.all([redis.stop(), database.drop()]);
  const secret = () => randomBytes(32).toString("hex");
  const secrets: DevSecrets = { jwt: secret(), internalJwt: secret(), ticket: secret(), playback: secret() };
  const dir = path.join(ledger.dir, `system-${randomBytes(4).toString("hex")}`);
  const restarts: string[] = [];
  const { ffmpeg, ffprobe, s3 } = stack;
  const scratchDir = options.scratchDir ?? path.join(dir, "scratch");
  const servers: ServerAddresses = { databaseUrl: database.url, redisUrl: redis.url, s3 };
  try {
    const addresses = { ...((await options.rewire?.(servers)) ?? servers), ffmpeg, ffprobe };
    const services = await startServices(
      {
        ...addresses,
        secrets,
        scratchDir,
        workers: options.workers ?? 1,
        settings: options.settings ?? {},
        entries: options.entries ?? {},
      },
      {
        ledger,
        logs: dir,
        onChange: () => {},
        say: (line) => restarts.push(line),
        ...(options.only && { only: options.only }),
      },
    );
    const consoles: RunningConsole[] = [];
    return {
      urls: services.urls,
      processes: services.processes,
      pidOf: services.pidOf,
      launch: services.launch,
      stack,
      databaseUrl: database.url,
      redis,
      secrets,
      restarts,
      scratchDir,
      log: (name, index = 0) => readFileSync(logFileOf(dir, name, index), "utf8"),
      startConsole: async () => {
        const say = (line: string) => restarts.push(line);
        const started = await startConsole({ urls: services.urls, s3: addresses.s3, ledger, logs: dir, say });
        consoles.push(started);
        return started;
      },
      stopServices: services.stop,
      stop: async () => {
        await Promise.all(consoles.map((each) => each.stop()));
        await services.stop();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

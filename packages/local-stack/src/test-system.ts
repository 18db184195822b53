import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { DevSecrets } from "./dev-secrets.ts";
import { type OwnRedis, startRedis } from "./own-redis.ts";
import type { ServiceName } from "./service-specs.ts";
import { type Services, startServices } from "./services.ts";
import { createDatabase, ownParts, type TestStack, testStack } from "./testing.ts";

/** The services as processes of their own, on an empty database, a Redis of their own and the shared store. */
export interface TestSystem extends Pick<Services, "urls" | "processes"> {
  readonly stack: TestStack;
  readonly databaseUrl: string;
  /** To stop and start under test; it comes back empty. */
  readonly redis: OwnRedis;
  /** What signs the tokens that these services accept. */
  readonly secrets: DevSecrets;
  /** A line for each time that a service died and was started again. */
  readonly restarts: readonly string[];
  /** What a service has logged so far. */
  log(name: ServiceName): string;
  /** Ends the services and drops the database. Can be called twice. */
  stop(): Promise<void>;
}

export interface TestSystemOptions {
  /** Default: all of them. */
  readonly only?: readonly ServiceName[];
  /** Further variables of a service. */
  readonly settings?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
}

/** Returns when every service is ready. What is not stopped ends with the process. */
export async function startTestSystem(options: TestSystemOptions = {}): Promise<TestSystem> {
  const stack = await testStack();
  const { ledger } = await ownParts();
  const [database, redis] = await Promise.all([createDatabase(), startRedis()]);
  const end = () => Promise.all([redis.stop(), database.drop()]);
  const secrets: DevSecrets = { jwt: randomBytes(32).toString("hex"), internalJwt: randomBytes(32).toString("hex") };
  const dir = path.join(ledger.dir, `system-${randomBytes(4).toString("hex")}`);
  const restarts: string[] = [];
  const { ffmpeg, ffprobe, s3 } = stack;
  const addresses = { databaseUrl: database.url, redisUrl: redis.url, s3, ffmpeg, ffprobe };
  try {
    const services = await startServices(
      { ...addresses, secrets, scratchDir: path.join(dir, "scratch"), settings: options.settings ?? {} },
      {
        ledger,
        logs: dir,
        onChange: () => {},
        say: (line) => restarts.push(line),
        ...(options.only && { only: options.only }),
      },
    );
    return {
      urls: services.urls,
      processes: services.processes,
      stack,
      databaseUrl: database.url,
      redis,
      secrets,
      restarts,
      log: (name) => readFileSync(path.join(dir, `${name}.log`), "utf8"),
      stop: async () => {
        await services.stop();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

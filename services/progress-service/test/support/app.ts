import { parseTenantId, type TenantId } from "@lectern/keys";
import { randomTenant, testStack } from "@lectern/local-stack";
import { type App, awaitRedis, connectRedis, createLogger, createTokenVerifier } from "@lectern/service-kit";
import type { Redis } from "ioredis";
import { type Changes, listenerFor, watchChanges } from "../../src/changes.ts";
import { createProgressApp, type ProgressAppDependencies } from "../../src/index.ts";
import { bearerOf, SECRET } from "./tokens.ts";

export interface TestApp {
  app: App;
  redis: Redis;
  tenantId: TenantId;
  changes: Changes;
  /**
   * Asks as a user of `tenantId`; `headers` come on top. The app has heard by then of all that was written before: two
   * connections of one process have no order of their own.
   */
  get: (url: string, headers?: Record<string, string>) => Promise<Answer>;
  /** As `get`, without waiting for anything. */
  getNow: (url: string, headers?: Record<string, string>) => Promise<Answer>;
  /** Removes the tenant's keys. */
  close: () => Promise<void>;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** The JSON object; `{}` where the answer is none. */
  body: Record<string, unknown>;
  /** The entries of a batch; the one object else. */
  entries: Record<string, unknown>[];
}

/** A busy machine may take a moment to begin the watch; a server that hangs never does. */
const WATCH_BEGINS_MS = 2_000;

type Options = Partial<ProgressAppDependencies> & { redisUrl?: string };

/** The app as `main.ts` puts it together, on the Redis of the tests (or another), with a tenant of its own. */
export async function startApp(options: Options = {}): Promise<TestApp> {
  const logger = createLogger({ service: "test", level: "silent" });
  const connection = connectRedis(options.redisUrl ?? (await testStack()).redisUrl, "cache", logger);
  // Some tests have no Redis at all.
  await Promise.race([awaitRedis(connection, 5_000), new Promise((closed) => connection.redis.once("close", closed))]);
  let failed = false;
  const changes =
    options.changes ??
    watchChanges({
      reader: connection.redis,
      listener: listenerFor(connection.redis),
      onFailure: () => {
        failed = true;
      },
    });
  const verify = createTokenVerifier({ secret: SECRET }, "media-api");
  const app = await createProgressApp({
    redis: connection.redis,
    verify,
    logger,
    corsOrigins: ["*"],
    changes,
    ...options,
  });
  // So that no answer is held up by the start.
  await app.ready();
  const deadline = performance.now() + WATCH_BEGINS_MS;
  const mayBegin = () => !failed && connection.redis.status === "ready" && performance.now() < deadline;
  if (options.changes === undefined) while (changes.mark() === null && mayBegin()) await new Promise(setImmediate);
  const tenantId = someTenant();
  const user = await bearerOf(tenantId);
  const { redis } = connection;
  return {
    app,
    redis,
    tenantId,
    changes,
    get: async (url, headers = {}) => {
      await changes.confirm().catch(() => {});
      return ask(app, url, { ...user, ...headers });
    },
    getNow: (url, headers = {}) => ask(app, url, { ...user, ...headers }),
    close: async () => {
      // A Redis of the test's own goes away with all it holds.
      if (options.redisUrl === undefined) await forget(redis, tenantId);
      await app.close();
      changes.stop();
      connection.close();
    },
  };
}

export function someTenant(): TenantId {
  const tenantId = parseTenantId(randomTenant());
  if (tenantId === null) throw new Error("no tenant id");
  return tenantId;
}

export async function ask(app: App, url: string, headers: Record<string, string>): Promise<Answer> {
  const { statusCode, headers: sent, payload } = await app.inject({ url, headers });
  const isJson = String(sent["content-type"]).includes("json");
  const body = isJson && payload !== "" ? JSON.parse(payload) : {};
  return {
    status: statusCode,
    headers: sent as Record<string, string>,
    text: payload,
    body,
    entries: [body].flat(),
  };
}

async function forget(redis: Redis, tenantId: TenantId): Promise<void> {
  const keys = await redis.keys(`tenant:${tenantId}:*`);
  if (keys.length > 0) await redis.del(keys);
}

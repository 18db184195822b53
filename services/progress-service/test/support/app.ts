import { parseTenantId, type RedisLike, type TenantId } from "@lectern/keys";
import { randomTenant, testStack } from "@lectern/local-stack";
import { type App, connectRedis, createLogger, createTokenVerifier, type RedisConnection } from "@lectern/service-kit";
import type { Redis } from "ioredis";
import { type Changes, LISTENER, watchChanges } from "../../src/changes.ts";
import { createProgressApp, type ProgressAppDependencies } from "../../src/index.ts";
import { createRedisClock } from "../../src/redis-clock.ts";
import { COMMAND_MS } from "../../src/snapshot-reader.ts";
import { bearerOf, SECRET } from "./tokens.ts";

export interface TestApp {
  app: App;
  /** For who writes: a connection of the test's own, which waits as long as it takes. */
  redis: Redis;
  /** The one that the app reads by. */
  reader: RedisLike;
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

/**
 * In place of the product's 100 to 400 ms where a test is not about them: else each of its polls would be answered by
 * the default on a machine that stands still for so long.
 */
export const PATIENT_MS = 60_000;
/** A connection to listen on that is not given up where the machine stands still. */
export const PATIENT_LISTENER = { ...LISTENER, commandTimeout: PATIENT_MS };

interface Options extends Partial<ProgressAppDependencies> {
  redisUrl?: string;
  /** Where it is written to, if that is another one. */
  writeUrl?: string;
  /** Polls wait for Redis as long as the product does. Default: as long as it takes. */
  ownWaits?: boolean;
}

/** The app as `main.ts` puts it together, on the Redis of the tests (or another), with a tenant of its own. */
export async function startApp({ redisUrl, writeUrl, ownWaits = false, ...options }: Options = {}): Promise<TestApp> {
  const logger = createLogger({ service: "test", level: "silent" });
  const url = redisUrl ?? (await testStack()).redisUrl;
  const limits = { commandMs: ownWaits ? COMMAND_MS : PATIENT_MS };
  const connection = options.redis === undefined ? connectRedis(url, "cache", logger, limits) : null;
  const reader = options.redis ?? (connection as RedisConnection).redis;
  const writer = connectRedis(writeUrl ?? url, "blocking", logger);
  // Some tests have no Redis at all.
  if (reader.status !== "ready")
    await new Promise<void>((resolve) => reader.once("ready", resolve).once("close", resolve));
  let failed = false;
  const changes =
    options.changes ??
    watchChanges({
      reader: reader as Redis,
      listener: (reader as Redis).duplicate(ownWaits ? LISTENER : PATIENT_LISTENER),
      onFailure: () => {
        failed = true;
      },
    });
  const clock = options.now === undefined ? createRedisClock(reader) : null;
  const verify = createTokenVerifier({ secret: SECRET }, "media-api");
  const app = await createProgressApp({
    redis: reader,
    verify,
    logger,
    corsOrigins: ["*"],
    changes,
    ...(clock !== null && { now: clock.now }),
    ...(!ownWaits && { waits: { readMs: PATIENT_MS, placeMs: PATIENT_MS } }),
    ...options,
  });
  // So that no answer is held up by the start, nor says less than all that can be known.
  await app.ready();
  const isBeginning = () =>
    (options.changes === undefined && changes.mark() === null && !failed) || clock?.now() === null;
  while (isBeginning() && reader.status === "ready") await new Promise(setImmediate);
  const tenantId = someTenant();
  const user = await bearerOf(tenantId);
  return {
    app,
    redis: writer.redis,
    reader,
    tenantId,
    changes,
    get: async (url, headers = {}) => {
      await changes.confirm().catch(() => {});
      return ask(app, url, { ...user, ...headers });
    },
    getNow: (url, headers = {}) => ask(app, url, { ...user, ...headers }),
    close: async () => {
      // A Redis of the test's own goes away with all it holds.
      if (redisUrl === undefined) await forget(writer.redis, tenantId);
      await app.close();
      changes.stop();
      clock?.stop();
      connection?.close();
      writer.close();
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

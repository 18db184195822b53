import { Redis } from "ioredis";
import { Client } from "pg";
import t from "tap";
import { createDatabase, randomTenant, startRedis, testStack } from "../src/index.ts";

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function onRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on("error", () => {});
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

t.test("the shared servers answer", async (t) => {
  const stack = await testStack();
  t.match(await query(stack.databaseUrl, "SHOW server_version"), [{ server_version: /^18/ }]);
  t.equal(await onRedis(stack.redisUrl, (redis) => redis.ping()), "PONG");
  t.match(await onRedis(stack.redisUrl, (redis) => redis.config("GET", "maxmemory-policy")), [/./, "noeviction"]);
  t.equal((await fetch(`${stack.s3.publicReadUrl}none`)).status, 404);
  t.equal((await fetch(`${stack.s3.endpoint}/${stack.s3.bucket}/none`)).status, 400, "unsigned requests are refused");
});

t.test("a database of one's own is empty, can be measured, and goes", async (t) => {
  const [one, two] = await Promise.all([createDatabase(), createDatabase()]);
  t.not(one.url, two.url);
  await query(one.url, "CREATE TABLE thing (id bigint)");
  await query(one.url, "CREATE EXTENSION pg_stat_statements");
  t.same(await query(two.url, "SELECT to_regclass('thing') AS found"), [{ found: null }]);
  const open = new Client({ connectionString: one.url });
  const ended = new Promise((resolve) => open.on("error", resolve));
  await open.connect();
  await one.drop();
  await ended;
  await two.drop();
  await t.rejects(query(one.url, "SELECT 1"), { code: "3D000" });
  await t.resolves(two.drop(), "dropping twice is no error");
});

t.test("a Redis of one's own can be stopped, killed and started on the same port", async (t) => {
  const [empty, kept] = await Promise.all([startRedis(), startRedis({ persistent: true })]);
  for (const redis of [empty, kept]) {
    await onRedis(redis.url, (client) => client.set("k", "v"));
    await redis.stop();
    await redis.stop();
    await t.rejects(onRedis(redis.url, (client) => client.ping()));
    await redis.start();
  }
  t.equal(await onRedis(empty.url, (client) => client.get("k")), null);
  t.equal(await onRedis(kept.url, (client) => client.get("k")), "v");
  await kept.kill();
  await t.rejects(onRedis(kept.url, (client) => client.ping()));
  await kept.start();
  t.equal(await onRedis(kept.url, (client) => client.get("k")), "v");
  await Promise.all([empty.stop(), kept.stop()]);
});

t.test("tenants do not repeat", async (t) => {
  const tenants = Array.from({ length: 1_000 }, randomTenant);
  t.equal(new Set(tenants).size, 1_000);
  t.ok(tenants.every((tenant) => Number.isSafeInteger(tenant) && tenant > 0));
});

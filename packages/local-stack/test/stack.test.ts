import { existsSync } from "node:fs";
import path from "node:path";
import { Redis } from "ioredis";
import { Client } from "pg";
import t from "tap";
import { type Stack, startStack } from "../src/index.ts";
import { Ledger } from "../src/ledger.ts";
import { killOutright, startOwner, watchEnd } from "./support/owner-process.ts";

// These are about servers of one's own, whatever the other tests run on.
for (const name of ["DATABASE_URL", "REDIS_URL", "S3_ENDPOINT", "STACK"]) delete process.env[name];

async function visit(stack: Stack): Promise<number> {
  const client = new Client({ connectionString: stack.databaseUrl });
  const redis = new Redis(stack.redisUrl);
  await client.connect();
  try {
    await client.query("CREATE TABLE IF NOT EXISTS visit (id bigint GENERATED ALWAYS AS IDENTITY)");
    await client.query("INSERT INTO visit DEFAULT VALUES");
    const { rows } = await client.query<{ count: string }>("SELECT count(*) FROM visit");
    return Number(rows[0]?.count) + (await redis.incr("visits"));
  } finally {
    await client.end();
    redis.disconnect();
  }
}

t.test("a persistent stack keeps its data, is owned by one process, and can be stopped twice", async (t) => {
  const dir = path.join(t.testdir(), "stack");
  const first = await startStack({ dir, persistent: true });
  t.teardown(() => first.stop());
  t.equal(await visit(first), 2);
  await t.rejects(startStack({ dir, persistent: true }), { code: "FOLDER_IN_USE", pid: process.pid });
  await first.stop();
  await first.stop();
  const second = await startStack({ dir, persistent: true });
  t.teardown(() => second.stop());
  t.equal(await visit(second), 4);
  t.equal(second.s3.secretAccessKey, first.s3.secretAccessKey);
  await second.stop();
});

t.test("a temporary stack leaves nothing", async (t) => {
  const dir = path.join(t.testdir(), "stack");
  const stack = await startStack({ dir, persistent: false });
  await stack.stop();
  t.notOk(existsSync(dir));
});

t.test("servers end with an owner that was killed outright, and its data can be used again", async (t) => {
  const dir = path.join(t.testdir(), "stack");
  const { owner, urls } = await startOwner(t, dir, "leash");
  const watched = await Promise.all(urls.map(watchEnd));
  await killOutright(owner);
  await Promise.all(watched.map(({ ended }) => ended));
  const next = await startStack({ dir, persistent: true });
  t.equal(await visit(next), 2);
  await next.stop();
});

t.test("what outlived its owner is ended by the next one", async (t) => {
  const dir = path.join(t.testdir(), "stack");
  const { owner, urls } = await startOwner(t, dir, "no-leash");
  const [redis] = await Promise.all(urls.map(watchEnd));
  await t.rejects(Ledger.claim(dir), { code: "FOLDER_IN_USE", pid: owner.pid });
  await killOutright(owner);
  const ledger = await Ledger.claim(dir);
  await redis?.ended;
  ledger.close();
});

import type { TenantId } from "@lectern/keys";
import { createDatabase, startTcpProxy } from "@lectern/local-stack";
import { createLogger } from "@lectern/service-kit";
import type { Kysely } from "kysely";
import t, { type Test } from "tap";
import { migrate } from "../src/db/migrate.ts";
import { connectDatabase } from "../src/db/pool.ts";
import type { Database, OutboxRow } from "../src/db/schema.ts";
import { createOutbox, type OutboxOptions } from "../src/outbox/outbox.ts";
import { giveBack, oweDeliveries } from "../src/outbox/repository.ts";

async function outboxOf(t: Test, url: string, deliver: (row: OutboxRow) => Promise<void>) {
  const db = connectDatabase({ url, poolSize: 2, onError: () => undefined });
  t.teardown(() => db.destroy());
  await migrate(db);
  // Whatever the kind.
  const deliveries = new Proxy({} as OutboxOptions["deliveries"], { get: () => deliver });
  const logger = createLogger({ service: "test", level: "silent" });
  return { db, outbox: createOutbox({ db, deliveries, canDeliver: () => true, logger }) };
}

const owe = (db: Kysely<Database>, count: number): Promise<OutboxRow[]> =>
  db.transaction().execute((trx) =>
    oweDeliveries(
      trx,
      Array.from({ length: count }, () => ({
        kind: "job_status" as const,
        tenantId: 1 as TenantId,
        videoId: null,
        jobId: null,
        generation: 1,
      })),
    ),
  );

const undelivered = async (db: Kysely<Database>): Promise<number> =>
  (await db.selectFrom("outbox").select("id").where("delivered_at", "is", null).execute()).length;

t.test("a database that goes away after the commit fails no request: what was done is done", async (t) => {
  const { url, drop } = await createDatabase();
  t.teardown(drop);
  const proxy = await startTcpProxy({ target: url });
  t.teardown(() => proxy.close());
  const { db, outbox } = await outboxOf(t, proxy.url, async () => proxy.cut());
  const rows = await owe(db, 3);
  t.same(await outbox.deliver(rows), { failed: [] });
  proxy.resume();
  t.equal(await undelivered(db), 3, "it is not noted down, so it falls due again and is repeated");
});

t.test("what fails is given back at once, and keeps nothing else from being delivered", async (t) => {
  const { url, drop } = await createDatabase();
  t.teardown(drop);
  const broken = new Set<number>();
  const { db, outbox } = await outboxOf(t, url, async ({ id }) => {
    if (broken.has(id)) throw new Error("it cannot be delivered");
  });
  const rows = await owe(db, 60);
  for (const { id } of rows) broken.add(id);
  t.equal((await outbox.deliver(rows)).failed.length, 60);
  await giveBack(db, await owe(db, 1));
  t.equal(await undelivered(db), 61);
  for (let round = 0; round < 2; round += 1)
    t.equal((await outbox.deliverDue({ kind: "job_status" })).taken, 50, "due at once");
  t.equal(await undelivered(db), 60, "who waited longest comes first: two rounds reach the last one");
});

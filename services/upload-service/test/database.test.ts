import type { TenantId } from "@lectern/keys";
import { createDatabase, startTcpProxy } from "@lectern/local-stack";
import { sql } from "kysely";
import t from "tap";
import { databaseProblem } from "../src/db/faults.ts";
import { migrate } from "../src/db/migrate.ts";
import { connectDatabase } from "../src/db/pool.ts";
import { claimDue, LEASE_SECONDS, oweDeliveries } from "../src/outbox/repository.ts";
import { startService } from "./support/service.ts";

function connect(url: string) {
  return connectDatabase({ url, poolSize: 5, onError: () => undefined });
}

t.test("processes that start at once migrate once", async (t) => {
  const { url, drop } = await createDatabase();
  t.teardown(drop);
  const pools = Array.from({ length: 5 }, () => connect(url));
  const ran = await Promise.all(pools.map((db) => migrate(db)));
  t.same(ran.flat(), [
    "0001-videos-jobs-outbox",
    "0002-unfinished",
    "0003-deletion",
    "0004-fair-shares",
    "0005-changed-lately",
    "0006-past-tokens-pending-since",
    "0007-tenant-limits",
    "0008-encode-costs",
    "0009-multipart-uploads",
    "0010-playback",
  ]);
  await Promise.all(pools.map((db) => db.destroy()));
});

t.test("no two claim the same row, and a lease keeps others off while it lasts", async (t) => {
  const { url, drop } = await createDatabase();
  t.teardown(drop);
  const db = connect(url);
  t.teardown(() => db.destroy());
  await migrate(db);
  const owed = Array.from({ length: 40 }, () => ({
    kind: "job_status" as const,
    tenantId: 1 as TenantId,
    videoId: null,
    jobId: null,
    generation: 1,
  }));
  await db.transaction().execute((trx) => oweDeliveries(trx, owed));
  t.same(await claimDue(db, { kind: "job_status" }, 10), [], "born leased to its creator");

  await db
    .updateTable("outbox")
    .set({ lease_until: new Date(Date.now() - LEASE_SECONDS * 1000) })
    .execute();
  const claims = await Promise.all(Array.from({ length: 8 }, () => claimDue(db, { kind: "job_status" }, 10)));
  const ids = claims.flat().map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length, "each row once");
  t.equal(ids.length, 40);
  t.same(await claimDue(db, { kind: "job_status" }, 10), []);
});

t.test("a lost database is a 503 that says so, and the service recovers", async (t) => {
  const { url, drop } = await createDatabase();
  t.teardown(drop);
  const proxy = await startTcpProxy({ target: url });
  t.teardown(() => proxy.close());
  const s = await startService(t, { DATABASE_URL: proxy.url });
  const { id } = await s.create();
  proxy.cut();
  t.match(await s.call("GET", `/api/v1/media/videos/${id}/`), {
    status: 503,
    body: { code: "DATABASE_UNAVAILABLE" },
    headers: { "retry-after": "2" },
  });
  t.equal((await s.service.publicApp.inject("/healthz")).statusCode, 200);
  proxy.resume();
  // A connection that was cut may be found out by its next use alone: that call is a 503 as well.
  let answer = await s.call("GET", `/api/v1/media/videos/${id}/`);
  while (answer.status === 503) answer = await s.call("GET", `/api/v1/media/videos/${id}/`);
  t.equal(answer.status, 200);
});

t.test("a database that is gone without a word is given up, and found again", async (t) => {
  const { url, drop } = await createDatabase();
  t.teardown(drop);
  const proxy = await startTcpProxy({ target: url });
  t.teardown(() => proxy.close());
  const db = connectDatabase({ url: proxy.url, poolSize: 1, onError: () => undefined, silenceMs: 300 });
  t.teardown(() => db.destroy());
  const ask = () =>
    sql`select 1`.execute(db).then(
      () => null,
      (error: Error) => databaseProblem(error) ?? error,
    );
  /** A machine that stands still for a moment is silence too: then it is asked again. */
  const untilAnswered = async (): Promise<void> => {
    for (;;) {
      const fault = await ask();
      if (fault === null) return;
      if (!("code" in fault) || fault.code !== "DATABASE_UNAVAILABLE") throw fault;
    }
  };
  await untilAnswered();
  proxy.hang();
  t.match(await ask(), { code: "DATABASE_UNAVAILABLE" });
  proxy.resume();
  await untilAnswered();
});

t.test("what passes by itself is a 503, what does not is a fault of ours", async (t) => {
  const fault = (code: string) => databaseProblem(Object.assign(new Error("no"), { code }))?.code;
  // A standby, a deadlock, a shutdown, a name that cannot be resolved now.
  for (const code of ["25006", "40P01", "57P01", "EAI_AGAIN"]) t.equal(fault(code), "DATABASE_UNAVAILABLE", code);
  // A number out of range, a unique violation, a syntax error.
  for (const code of ["22003", "23505", "42601"]) t.equal(fault(code), undefined, code);
});

import { createDatabase, randomTenant } from "@lectern/local-stack";
import type { Kysely } from "kysely";
import t from "tap";
import { migrate } from "../src/db/migrate.ts";
import { connectDatabase } from "../src/db/pool.ts";
import type { Database } from "../src/db/schema.ts";
import { rebuildStatuses } from "../src/reconciler/rebuild.ts";

const VIDEOS = 120;
const { signal } = new AbortController();

t.test("a slow moment of Redis costs the rebuild a few writes, not all of them", async (t) => {
  const database = await createDatabase();
  const db = connectDatabase({ url: database.url, poolSize: 2, onError: () => {} });
  t.teardown(async () => {
    await db.destroy();
    await database.drop();
  });
  await migrate(db);
  const ids = await failedVideos(db);

  const calls = new Map<number, number>();
  const written = new Set<number>();
  const repair = (failures: (id: number) => number) => ({
    async video({ id }: { id: number }) {
      const tries = (calls.get(id) ?? 0) + 1;
      calls.set(id, tries);
      if (tries <= failures(id)) throw new Error("no answer");
      written.add(id);
    },
    job: async () => {},
    deleted: async () => {},
  });
  t.equal(
    await rebuildStatuses(
      db,
      repair((id) => (id % 7 === 0 ? 2 : 0)),
      { all: true },
      signal,
    ),
    VIDEOS,
  );
  t.same(
    [...written].sort((a, b) => a - b),
    ids,
  );
  t.ok(
    ids.every((id) => calls.get(id) === (id % 7 === 0 ? 3 : 1)),
    "only what failed is written again",
  );

  calls.clear();
  const away = repair(() => Number.POSITIVE_INFINITY);
  await t.rejects(rebuildStatuses(db, away, { all: true }, signal), { message: "no answer" });
  t.ok(calls.size < VIDEOS, "a Redis that stays away is left alone");
});

async function failedVideos(db: Kysely<Database>): Promise<number[]> {
  const tenant = randomTenant();
  const rows = await db
    .insertInto("videos")
    .values(
      Array.from({ length: VIDEOS }, () => ({
        tenant_id: tenant,
        title: "Lecture",
        filename: "lecture.mp4",
        content_type: "video/mp4",
        size_bytes: 1,
        status: "FAILED" as const,
        generation: 1,
        error_code: "CANCELLED",
      })),
    )
    .returning("id")
    .execute();
  return rows.map(({ id }) => id).sort((a, b) => a - b);
}

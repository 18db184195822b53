import type { VideoId } from "@lectern/keys";
import { sql } from "kysely";
import t from "tap";
import { expirePending } from "../src/reconciler/expire-pending.ts";
import { awaitUploadAnew, findVideo, insertVideos } from "../src/videos/repository.ts";
import { databaseOf, objectsOf, read, sweepNow } from "./support/lifecycle.ts";
import { put, startService } from "./support/service.ts";
import { type Sharing, startSharing } from "./support/sharing.ts";

t.test("an upload that was announced and never confirmed is deleted in the end", async (t) => {
  // It expires nothing itself, so that the test has the time to issue an address anew.
  const s = await startService(t, { PENDING_LIMIT_HOURS: "87600" });
  const [old, again, young] = [await s.create(), await s.create(), await s.create()];
  await put(old.upload, Buffer.from("an upload that nobody confirms"));
  const client = await databaseOf(t, s);
  await client.query("update videos set pending_since = now() - interval '8 days' where id = any($1)", [
    [old.id, again.id],
  ]);
  t.equal((await s.call("POST", `/api/v1/media/videos/${again.id}/upload/`)).status, 200);
  await startService(t, { DATABASE_URL: s.database.url });
  while ((await read(s, old.id)).status !== 404);
  await sweepNow(s);
  t.same(await objectsOf(s, old.id), []);
  t.equal((await read(s, young.id)).status, 200);
  t.equal((await read(s, again.id)).status, 200, "its address was issued anew");
});

const LIMIT_HOURS = 168;

/** A video that has waited too long for its upload, and what may happen to it. */
async function overdue(s: Sharing) {
  const tenant = s.tenant();
  const announced = { title: "t", filename: "f.mp4", content_type: "video/mp4", size_bytes: 1_000 };
  const [row] = await insertVideos(s.db, tenant, [announced]);
  if (row === undefined) throw new Error("nothing was announced");
  const video = row.id as VideoId;
  const pending_since = new Date(Date.now() - (LIMIT_HOURS + 1) * 3_600_000);
  await s.db.updateTable("videos").set({ pending_since }).where("id", "=", video).execute();
  return {
    renew: () => awaitUploadAnew(s.db, tenant, video),
    expire: () => expirePending(s.db, s.outbox, LIMIT_HOURS),
    read: () => findVideo(s.db, tenant, video),
    /** Lets both write at the row at the same moment, `first` just before `second`. */
    async inOrder<A, B>(first: () => Promise<A>, second: () => Promise<B>): Promise<[A, B]> {
      return s.db
        .transaction()
        .execute(async (holder) => {
          await holder.selectFrom("videos").select("id").where("id", "=", video).forUpdate().execute();
          const one = first();
          await waiting(s, 1);
          const two = second();
          await waiting(s, 2);
          // Let go, they go on in the order in which they came.
          return { both: Promise.all([one, two]) };
        })
        .then(({ both }) => both);
    },
  };
}

/** Until so many statements wait for a lock. */
async function waiting(s: Sharing, count: number): Promise<void> {
  const locked = sql<{ count: number }>`
    select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while (((await locked.execute(s.db)).rows[0]?.count ?? 0) < count);
}

t.test("an address issued anew in the moment of the expiry saves the video", async (t) => {
  const s = await startSharing(t);
  const video = await overdue(s);
  const [renewed, found] = await video.inOrder(video.renew, video.expire);
  t.match(renewed, { status: "PENDING" });
  t.equal(found, 1, "the sweep had found it overdue");
  t.match(await video.read(), { status: "PENDING", deleted_at: null });
});

t.test("one that comes in the moment after it finds no video", async (t) => {
  const s = await startSharing(t);
  const video = await overdue(s);
  const [found, renewed] = await video.inOrder(video.expire, video.renew);
  t.equal(found, 1);
  t.equal(renewed, undefined);
  t.equal(await video.read(), undefined);
});

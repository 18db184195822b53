import { epochBeatKey, type TenantId, type VideoId } from "@lectern/keys";
import type { ObjectStore } from "@lectern/object-store";
import { createLogger } from "@lectern/service-kit";
import t from "tap";
import { connectDatabase } from "../src/db/pool.ts";
import { NO_LIMITS } from "../src/limits/tenant-limits.ts";
import type { Outbox } from "../src/outbox/outbox.ts";
import { completeUpload } from "../src/videos/complete.ts";
import { deleteVideo } from "../src/videos/lifecycle.ts";
import {
  act,
  databaseOf,
  heartbeat,
  objectsOf,
  read,
  ready,
  redisOf,
  remove,
  say,
  store,
  sweepNow,
} from "./support/lifecycle.ts";
import { tinyVideo } from "./support/media.ts";
import { startService } from "./support/service.ts";

const film = await tinyVideo();

t.test("a deleted video is gone for everybody, and stays gone", async (t) => {
  const s = await startService(t);
  const redis = await redisOf(t, s);
  const { id } = await s.upload(film);
  await say(s, id, "processing");
  await heartbeat(redis, s, id);
  await store(s, id, "g1/a1/v720/init.mp4");
  t.match(await remove(s, id, s.tenant + 1), { status: 404 });
  t.equal((await remove(s, id)).status, 204);
  await s.settled();

  t.match(await remove(s, id), { status: 404 }, "once");
  t.match(await read(s, id), { status: 404, body: { code: "VIDEO_NOT_FOUND" } });
  t.match(await s.call("GET", `/api/v1/jobs/video-${id}-g1/`), { status: 404 });
  t.match((await s.call<{ items: unknown[] }>("GET", "/api/v1/media/videos/")).body, { items: [] });
  t.match(await act(s, id, "retry"), { status: 404 });
  t.match(await act(s, id, "upload/complete"), { status: 404 });
  t.equal(
    await redis.exists(`tenant:${s.tenant}:video:${id}:status`, `tenant:${s.tenant}:job:video-${id}-g1:status`),
    0,
  );

  t.match(await heartbeat(redis, s, id), { accepted: false, reason: "closed" }, "a worker is stopped");
  t.match(await ready(s, id, 1), {
    status: 410,
    body: { code: "VIDEO_DELETED" },
  });
  t.match(await say(s, id, "processing"), { status: 410 });
  t.match(await s.internal("GET", `/internal/v1/videos/${id}?tenant_id=${s.tenant}`), { status: 410 });

  await sweepNow(s);
  t.same(await objectsOf(s, id), []);
});

t.test(
  "what a worker thought dead writes after the deletion is swept too, and the tombstone goes at last",
  async (t) => {
    const s = await startService(t);
    const { id } = await s.upload(film);
    t.equal((await remove(s, id)).status, 204);
    await store(s, id, "g1/a1/late.m4s");
    const client = await databaseOf(t, s);
    t.equal((await client.query("select 1 from videos where id = $1", [id])).rowCount, 1, "a tombstone");
    await client.query("update videos set deleted_at = now() - interval '9 days' where id = $1", [id]);
    await sweepNow(s);
    t.same(await objectsOf(s, id), []);
    t.equal((await client.query("select 1 from videos where id = $1", [id])).rowCount, 0);
  },
);

t.test("output of dead runs is swept; the live run and the source stay", async (t) => {
  const s = await startService(t);
  const { id } = await s.upload(film);
  await say(s, id, "processing", { run_token: "first" });
  await say(s, id, "processing", { run_token: "second" });
  for (const name of ["g1/a1/v720/init.mp4", "g1/a2/master.m3u8", "g1/a2/v720/init.mp4"]) await store(s, id, name);
  await ready(s, id, 2, { run_token: "second" });
  await sweepNow(s);
  t.same(await objectsOf(s, id), ["g1/a2/master.m3u8", "g1/a2/v720/init.mp4", "source"]);

  const failed = await s.upload(film);
  await say(s, failed.id, "processing");
  await store(s, failed.id, "g1/a1/v720/init.mp4");
  await say(s, failed.id, "failed", { attempt: 1, error_code: "ENCODE_FAILED" });
  await sweepNow(s);
  t.same(await objectsOf(s, failed.id), ["source"]);
});

t.test("a video that is deleted while its upload is confirmed is missing, not completed", async (t) => {
  const s = await startService(t);
  const { id } = await s.create();
  const db = connectDatabase({ url: s.database.url, poolSize: 2, onError: () => undefined });
  t.teardown(() => db.destroy());
  const [tenantId, videoId] = [s.tenant as TenantId, id as VideoId];
  const found = { kind: "found", size: 1, etag: "e", contentType: null } as const;
  const deps = {
    db,
    store: { head: () => Promise.resolve(found) } as Partial<ObjectStore> as ObjectStore,
    outbox: {} as Outbox,
    probeSource: async () => {
      await deleteVideo(db, tenantId, videoId);
      return { kind: "unknown", detail: "" } as const;
    },
    maxUploadBytes: 1_000,
    tenantLimits: NO_LIMITS,
    logger: createLogger({ service: "test", level: "silent" }),
  };
  await t.rejects(completeUpload(deps, tenantId, videoId), { code: "VIDEO_NOT_FOUND" });
});

t.test("a deleted video stays gone when Redis comes back with data from before", async (t) => {
  const s = await startService(t, { SWEEP_MS: "400" });
  const { id } = await s.upload(film);
  const redis = await redisOf(t, s);
  const keys = [`tenant:${s.tenant}:video:${id}:status`, `tenant:${s.tenant}:job:video-${id}-g1:status`];
  const before = await Promise.all(keys.map((key) => redis.get(key)));
  // Only a service that has seen the data newer knows that it is older.
  while ((await redis.exists(epochBeatKey("state"))) === 0);
  t.equal((await remove(s, id)).status, 204);
  await s.settled();
  t.same(await redis.mget(keys), [null, null]);
  const [seconds = 0] = await redis.time();
  // As after a failover to a server that lacks the last half minute.
  const older = Object.fromEntries(keys.map((key, index) => [key, before[index] ?? ""]));
  await redis.mset({ ...older, [epochBeatKey("state")]: (Number(seconds) - 30) * 1_000 });
  while ((await redis.exists(keys)) > 0) await new Promise(setImmediate);
  t.equal((await read(s, id)).status, 404);
});

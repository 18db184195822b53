import {
  legacyProgressKey,
  parseTenantId,
  parseVideoId,
  runPrefix,
  sourceObjectKey,
  statusKey,
  videoRef,
} from "@lectern/keys";
import t from "tap";
import { gather } from "../src/faults/evidence.ts";
import { type Violation, violations } from "../src/faults/invariants.ts";
import { runPlan } from "../src/faults/run.ts";
import { openScene } from "../src/faults/scene.ts";

/** Chosen because it brings a kill of a worker at work and of upload-service, a restart of both databases, a store of 500s and a full disk. */
const PLAN = { seed: 6579, minutes: 0.4, videos: 12, faults: 7, tenants: 2 };

t.test("under random faults nothing is lost, published twice or left over; and the checker sees what is", async (t) => {
  const scene = await openScene(PLAN.tenants);
  t.teardown(() => scene.close());
  const { confirmed, refused, wrong, done, poisoned } = await runPlan(scene, PLAN, (line) => t.comment(line));
  t.same(refused, []);
  t.same(wrong, []);
  t.equal(confirmed.length, PLAN.videos);
  t.ok(done.length > 0);

  // From here on the services have ended: nobody mends what is broken.
  const clean = await gather(scene);
  t.same(violations(clean, confirmed), []);
  const video = clean.videos.find(({ status, deleted }) => status === "READY" && !deleted);
  const [tenantId, id] = [parseTenantId(video?.tenant), parseVideoId(video?.id)];
  if (video === undefined || tenantId === null || id === null) throw new Error("no video is READY");

  async function seen(): Promise<string[]> {
    const found: readonly Violation[] = violations(await gather(scene), confirmed);
    t.not(found.length, 0);
    return [...new Set(found.map(({ promise }) => promise))].sort();
  }
  const bytes = { contentType: "text/plain" };

  await t.test("the master of a dead run", async (t) => {
    const key = `${runPrefix(tenantId, id, { generation: 9, attempt: 9 })}master.m3u8`;
    await scene.store.put(key, Buffer.from("#EXTM3U"), bytes);
    t.same(await seen(), ["left_over", "published_twice"]);
    await scene.store.delete([key]);
  });

  await t.test("a status in Redis that is not the database's", async (t) => {
    const key = statusKey(videoRef(tenantId, id));
    const text = (await scene.redis.get(key)) ?? "";
    await scene.redis.del(key);
    t.same(await seen(), ["published_twice"]);
    await scene.redis.set(key, text);
  });

  await t.test("a delivery that nobody made", async (t) => {
    await scene.database.query("UPDATE outbox SET delivered_at = NULL WHERE video_id = $1 AND kind = 'enqueue'", [id]);
    t.same(await seen(), ["left_over"]);
    await scene.database.query("UPDATE outbox SET delivered_at = now() WHERE delivered_at IS NULL");
  });

  await t.test("a job in the queue without a worker", async (t) => {
    await scene.redis.lpush("bull:video-encode:active", "video-1-g1");
    t.same(await seen(), ["left_over"]);
    await scene.redis.del("bull:video-encode:active");
  });

  await t.test("an object of a READY video that is gone", async (t) => {
    const key = [...clean.objects.keys()].find(
      (each) => each.startsWith(runPrefix(tenantId, id, video)) && /m4s$/.test(each),
    );
    if (key === undefined) throw new Error("the video has no segment");
    await scene.store.delete([key]);
    t.same(await seen(), ["lost"]);
  });

  await t.test("the file that a teacher sent, of a video that cannot be published", async (t) => {
    await scene.database.query(
      "UPDATE videos SET status = 'FAILED', error_code = 'CANCELLED' WHERE id = $1 AND status = 'READY'",
      [id],
    );
    const cancelled = confirmed.map((each) => (each.id === id ? { ...each, outcome: "cancelled" as const } : each));
    const why = async () =>
      violations(await gather(scene), cancelled).flatMap((each) => (each.promise === "lost" ? each.why : []));
    t.same(await why(), [], "cancelled, with its file");
    const source = sourceObjectKey(tenantId, id);
    await scene.store.delete([source]);
    t.same(await why(), [`is FAILED without its file ${source}`]);
  });

  await t.test("a status under another tenant, or under none", async (t) => {
    const stranger = scene.teachers.map(({ tenant }) => parseTenantId(tenant)).find((tenant) => tenant !== tenantId);
    if (stranger === null || stranger === undefined) throw new Error("there is one tenant only");
    for (const key of [statusKey(videoRef(stranger, id)), legacyProgressKey(videoRef(tenantId, id))]) {
      await scene.redis.set(key, "{}");
      t.ok((await seen()).includes("leaked"));
      await scene.redis.del(key);
    }
  });

  await t.test("an upload that stays UPLOADED, with no job in the queue", async (t) => {
    await scene.database.query("UPDATE videos SET status = 'UPLOADED' WHERE id = $1", [id]);
    t.ok((await seen()).includes("lost"));
  });
  t.same(poisoned, [], "too few faults to end a video's worker three times");
});

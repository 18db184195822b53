import { encodeJobId, readQueuePosition, readStartForecast, type VideoId } from "@lectern/keys";
import { Redis } from "ioredis";
import pg from "pg";
import t from "tap";
import { forecastStarts } from "../../src/waiting/starts.ts";
import { tinyVideo } from "../support/media.ts";
import { startService } from "../support/service.ts";

t.test("each job takes the slot that is free first", async (t) => {
  t.strictSame(forecastStarts({ slots: 1, running: [30], waiting: [10, 20, 5] }), [
    [1, 30],
    [2, 40],
    [3, 60],
  ]);
  t.strictSame(forecastStarts({ slots: 2, running: [30], waiting: [10, 20, 5] }), [
    [1, 0],
    [2, 10],
    [3, 30],
  ]);
  t.equal(forecastStarts({ slots: 0, running: [], waiting: [10] }), null, "nobody works");
  t.equal(forecastStarts({ slots: 1, running: [], waiting: [] }), null);
  const long = forecastStarts({ slots: 4, running: [], waiting: Array.from({ length: 1000 }, () => 8) });
  t.ok((long?.length ?? 99) < 64);
  t.strictSame(long?.at(-1), [1000, 8 * 249]);
});

t.test(
  "the service says when what waits begins, once it has seen a run at work and one that was finished",
  async (t) => {
    const s = await startService(t, { SWEEP_MS: "100" });
    const film = await tinyVideo();
    const redis = new Redis(s.redis.url);
    const db = new pg.Client(s.database.url);
    await db.connect();
    t.teardown(async () => {
      redis.disconnect();
      await db.end();
    });
    const [first, second, third] = [await s.upload(film), await s.upload(film), await s.upload(film)];
    const jobOf = ({ id }: { id: number }) => encodeJobId(id as VideoId, 1);
    const places = await Promise.all([first, second, third].map((video) => readQueuePosition(redis, jobOf(video))));
    t.strictSame(places, [1, 2, 3], "BullMQ's line is where it is looked for");

    await db.query(
      `insert into encode_costs (profile, kind, media_seconds, total_seconds, facts, steps) values ('p', 'k', 60, 32, '{}', '[]')`,
    );
    await db.query("update videos set cost = 40 where id = any($1)", [[first.id, second.id, third.id]]);
    const begun = await s.internal("POST", `/internal/v1/videos/${first.id}/transitions`, {
      ...{ transition: "processing", tenant_id: s.tenant, generation: 1, run_token: "run" },
    });
    t.equal(begun.status, 200);
    // As BullMQ has a job at work: with its lock, or the reconciler would take it up again.
    await redis
      .multi()
      .zrem("bull:video-encode:prioritized", jobOf(first))
      .lpush("bull:video-encode:active", jobOf(first))
      .set(`bull:video-encode:${jobOf(first)}:lock`, "run")
      .exec();
    let points = await readStartForecast(redis);
    for (const until = Date.now() + 20_000; points?.length !== 2 && Date.now() < until; )
      points = await readStartForecast(redis);
    const [next, last] = points ?? [];
    t.ok(next?.[0] === 1 && next[1] > 0 && next[1] <= 20, `the next begins when the run is over: ${next}`);
    t.strictSame(last, [2, (next?.[1] ?? 0) + 20], "40 s of media at half a second each");
  },
);

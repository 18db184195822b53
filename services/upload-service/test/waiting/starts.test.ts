import type { VideoTransitionResult } from "@lectern/contracts";
import { profileOf } from "@lectern/forecast";
import {
  encodeJobId,
  readQueuePosition,
  readStartForecast,
  type TenantId,
  type VideoId,
  videoRef,
  writeProgress,
} from "@lectern/keys";
import { Redis } from "ioredis";
import pg from "pg";
import t from "tap";
import { forecastStarts } from "../../src/waiting/starts.ts";
import { tinyVideo } from "../support/media.ts";
import { startService } from "../support/service.ts";

t.test("each job takes the slot that is free first", async (t) => {
  t.strictSame(forecastStarts({ slots: 1, running: [30], waiting: [10, 20, 5], jobIds: ["a", "b", "c"] }), [
    [1, 30, "a"],
    [2, 40, "b"],
    [3, 60, "c"],
  ]);
  t.strictSame(forecastStarts({ slots: 2, running: [30], waiting: [10, 20, 5], jobIds: [] }), [
    [1, 0],
    [2, 10],
    [3, 30],
  ]);
  t.equal(forecastStarts({ slots: 0, running: [], waiting: [10], jobIds: [] }), null, "nobody works");
  t.equal(forecastStarts({ slots: 1, running: [], waiting: [], jobIds: [] }), null);
  const long = forecastStarts({ slots: 4, running: [], waiting: Array.from({ length: 1000 }, () => 8), jobIds: [] });
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

    // An hour of film, as it waits: before the first cost, from which on the service looks at the files, once each.
    await db.query("update videos set source_size = 900000000, source_probe = null where id = any($1)", [
      [first.id, second.id, third.id],
    ]);
    const profile = profileOf({ processors: 2, concurrency: 1, preset: "veryfast", loudness: true });
    const steps = JSON.stringify([{ step: "transcoding", seconds: 200, expected: 10 }]);
    await db.query(
      "insert into encode_costs (profile, kind, media_seconds, total_seconds, facts, steps) values ($1, 'k', 60, 200, '{}', $2)",
      [profile, steps],
    );
    const begun = await s.internal<VideoTransitionResult>("POST", `/internal/v1/videos/${first.id}/transitions`, {
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
    await writeProgress(redis, videoRef(s.tenant as TenantId, first.id as VideoId), {
      ...{ run: { generation: 1, attempt: 1 }, version: begun.body.version, percent: 10, step: "transcoding" },
      ...{ stepIndex: 4, stepTotal: 7, stepPercent: 10, remainingSeconds: 333 },
    });
    let points = await readStartForecast(redis);
    for (const until = Date.now() + 20_000; points?.[0]?.[1] !== 333 && Date.now() < until; )
      points = await readStartForecast(redis);
    const [next, last] = points ?? [];
    t.strictSame(next, [1, 333, jobOf(second)], "the next begins when the run says that it is over");
    const usual = 1150;
    t.equal(last?.[0], 2);
    const takes = (last?.[1] ?? 0) - 333;
    t.ok(
      takes > 2 * usual,
      `${takes} s for an hour of film, where runs took longer than the ${usual} s or so of a usual machine`,
    );
  },
);

import { randomBytes } from "node:crypto";
import { startRedis } from "@lectern/local-stack";
import { Redis } from "ioredis";
import t from "tap";
import {
  encodeJobId,
  encodeLineKey,
  parseVideoId,
  readQueuePosition,
  readStartForecast,
  startForecastKey,
  startsInSeconds,
  type VideoId,
  writeStartForecast,
} from "../src/index.ts";

const jobOf = (video: number) => encodeJobId(parseVideoId(video) as VideoId, 1);

t.test("places in the line: the lowest score is next", async (t) => {
  const server = await startRedis();
  const redis = new Redis(server.url);
  t.teardown(async () => {
    redis.disconnect();
    await server.stop();
  });
  await redis.zadd(
    encodeLineKey(),
    500 * 2 ** 32 + 1,
    jobOf(1),
    20 * 2 ** 32 + 3,
    jobOf(3),
    500 * 2 ** 32 + 4,
    jobOf(4),
  );
  const places = await Promise.all([3, 1, 4, 5].map((video) => readQueuePosition(redis, jobOf(video))));
  t.strictSame(places, [1, 2, 3, null], "what is not there has none");
});

t.test("the forecast of starts comes back as it was written, and nonsense is none", async (t) => {
  const server = await startRedis();
  const redis = new Redis(server.url);
  t.teardown(async () => {
    redis.disconnect();
    await server.stop();
  });
  t.equal(await readStartForecast(redis), null);
  await writeStartForecast(
    redis,
    [
      [1, 3.5, jobOf(3)],
      [10, 60],
    ],
    30,
  );
  t.strictSame(await readStartForecast(redis), [
    [1, 3.5, jobOf(3)],
    [10, 60],
  ]);
  t.ok((await redis.ttl(startForecastKey())) <= 30);
  const nonsense = [
    "",
    "[]",
    "{}",
    '{"points":[]}',
    '{"points":[[1]]}',
    '{"points":[[2,1],[1,5]]}',
    '{"points":[[0,-1]]}',
  ];
  for (const text of [...nonsense, randomBytes(8).toString("latin1")]) {
    await redis.set(startForecastKey(), text);
    t.equal(await readStartForecast(redis), null, JSON.stringify(text));
  }
});

t.test("between the points in proportion, beyond them at the same rate", async (t) => {
  const points = [
    [1, 4],
    [2, 10],
    [10, 90],
  ] as const;
  t.strictSame(
    [1, 2, 6, 10, 20].map((place) => startsInSeconds(points, place)),
    [4, 10, 50, 90, 190],
  );
  t.equal(startsInSeconds([], 1), null);
  const named = [[1, 0, jobOf(7)] as const, [2, 20, jobOf(8)] as const, [3, 30] as const];
  t.equal(startsInSeconds(named, 1, jobOf(8)), 20, "the line has moved, the forecast has not yet");
  t.equal(startsInSeconds(named, 3, jobOf(9)), 30, "who is not named has its place");
  t.equal(startsInSeconds([[1, 7]], 3), 21);
});

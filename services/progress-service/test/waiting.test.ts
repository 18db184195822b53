import {
  encodeJobId,
  encodeLineKey,
  parseVideoId,
  type VideoId,
  videoRef,
  writeStartForecast,
  writeStatus,
} from "@lectern/keys";
import { startRedis } from "@lectern/local-stack";
import { Redis } from "ioredis";
import t from "tap";
import { PLACE_MS } from "../src/waiting.ts";
import { startApp } from "./support/app.ts";

const server = await startRedis();
const queue = new Redis(server.url, { maxRetriesPerRequest: 0, enableOfflineQueue: false });
queue.on("error", () => {});
await new Promise((resolve) => queue.once("ready", resolve));
const commands: string[] = [];
const it = await startApp({
  queueRedis: new Proxy(queue, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name === "zrank") commands.push("zrank");
      return typeof value === "function" ? value.bind(target) : value;
    },
  }),
});
t.teardown(async () => {
  await it.close();
  queue.disconnect();
  await server.stop();
});

const jobOf = (video: number) => encodeJobId(parseVideoId(video) as VideoId, 1);
const refOf = (video: number) => videoRef(it.tenantId, parseVideoId(video) as VideoId);
const poll = async (video: number) => (await it.get(`/media/videos/${video}/progress`)).body;

t.test("what waits says its place and when it begins, and what does not wait says neither", async (t) => {
  await queue.zadd(encodeLineKey(), 2 ** 32, jobOf(11), 3 * 2 ** 32, jobOf(12), 9 * 2 ** 32, jobOf(13));
  await writeStartForecast(
    queue,
    [
      [1, 5],
      [3, 45],
    ],
    60,
  );
  for (const video of [11, 13, 14])
    await writeStatus(it.redis, refOf(video), { status: "UPLOADED", generation: 1, version: 2 });
  t.match(await poll(11), { status: "UPLOADED", queue_position: 1, starts_in_seconds: 5 });
  t.match(await poll(13), { queue_position: 3, starts_in_seconds: 45 });
  t.match(await poll(14), { status: "UPLOADED", queue_position: null, starts_in_seconds: null }, "parked");
  const batch = (await it.get("/media/videos/progress/?ids=13,11")).entries;
  t.match(batch, [{ queue_position: 3 }, { queue_position: 1 }]);
  await writeStatus(it.redis, refOf(13), { status: "PROCESSING", generation: 1, version: 3 });
  t.match(await poll(13), { status: "PROCESSING", queue_position: null, starts_in_seconds: null });
});

t.test("a place is asked for once a second, however many poll, and then anew", async (t) => {
  await writeStatus(it.redis, refOf(12), { status: "UPLOADED", generation: 1, version: 2 });
  t.match(await poll(12), { queue_position: 2 });
  commands.length = 0;
  await queue.zrem(encodeLineKey(), jobOf(11));
  const began = performance.now();
  let polls = 0;
  while ((await poll(12)).queue_position !== 1) polls += 1;
  t.match(await poll(12), { queue_position: 1, starts_in_seconds: 5 });
  const seconds = (performance.now() - began) / PLACE_MS;
  t.ok(polls > commands.length, `${polls} polls, ${commands.length} questions`);
  t.ok(commands.length <= 1 + seconds, `in ${seconds} s`);
});

t.test("the queue's Redis away: the poll is answered, the place is not known", async (t) => {
  await server.stop();
  await writeStatus(it.redis, refOf(15), { status: "UPLOADED", generation: 1, version: 2 });
  t.match(await poll(15), { status: "UPLOADED", known: true, queue_position: null, starts_in_seconds: null });
});

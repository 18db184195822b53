import { startRedis } from "@lectern/local-stack";
import { Redis } from "ioredis";
import t from "tap";
import { beatEpoch, epochBeatKey, markEpoch, readBeat, readEpoch } from "../src/index.ts";

t.test("a server is marked once, and a server that lost its data carries no mark", async (t) => {
  const server = await startRedis();
  const redis = new Redis(server.url);
  t.teardown(async () => {
    redis.disconnect();
    await server.stop();
  });
  t.equal(await readEpoch(redis, "queue"), null);
  const marks = await Promise.all(["a", "b", "c"].map((mark) => markEpoch(redis, "queue", mark)));
  t.equal(new Set(marks).size, 1, "all agree on one");
  t.equal(await readEpoch(redis, "queue"), marks[0]);
  t.equal(await readEpoch(redis, "state"), null, "the other mark is another");

  t.match(await readBeat(redis, "queue"), { beat: null, now: Number });
  const beat = (await beatEpoch(redis, "queue", null)) ?? 0;
  const read = await readBeat(redis, "queue");
  t.equal(read.beat, beat);
  t.ok(read.now >= beat);
  t.ok(((await beatEpoch(redis, "queue", beat)) ?? 0) >= beat);

  await redis.set(epochBeatKey("queue"), beat - 5_000);
  t.equal(await beatEpoch(redis, "queue", beat), null, "older data than was looked at");
  t.equal((await readBeat(redis, "queue")).beat, beat - 5_000, "is left to be found");
  t.ok(await beatEpoch(redis, "queue", beat - 5_000), "by who has seen it");
  await redis.set(epochBeatKey("queue"), "yesterday");
  t.equal((await readBeat(redis, "queue")).beat, null);
  t.equal(await beatEpoch(redis, "queue", beat), null, "no beat is older data, too");

  await redis.flushall();
  t.equal(await readEpoch(redis, "queue"), null);
  t.equal(await markEpoch(redis, "queue", "d"), "d");
});

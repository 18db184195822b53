import { Redis } from "ioredis";
import t from "tap";
import { startSentinels } from "./support/sentinel.ts";
import { bearerOf, openSse, processing, progressTo, startLive, video, withoutHeartbeats } from "./support/streams.ts";

const sentinels = await startSentinels();
if (sentinels === null) {
  t.pass("replica", { skip: "the Redis of the tests is not a program of this machine" });
} else {
  t.teardown(sentinels.stop);
  const { master, replica } = sentinels.ports;

  /** How often a server was asked for progress. */
  const readsAt = async (port: number): Promise<number> => {
    const redis = new Redis({ port });
    const stats = await redis.info("commandstats");
    redis.disconnect();
    return Number(/^cmdstat_hgetall:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
  };

  t.test("reads=replica: polls and streams by the replica alone, and nothing is known while it is gone", async (t) => {
    const it = await startLive(t, { redisUrl: `${sentinels.url}?reads=replica`, writeUrl: sentinels.url });
    const user = await bearerOf(it.tenantId);
    const subject = video(it.tenantId, 7);
    const poll = async () => (await it.getNow("/media/videos/7/progress/")).body;
    await processing(it.redis, subject);
    const stream = await openSse(t, `${it.url}/media/videos/7/progress/stream`, user);
    const tenant = await openSse(t, `${it.url}/progress/stream?scope=tenant`, user);
    await tenant.until("resync");
    for (const percent of [10, 20]) {
      await progressTo(it.redis, subject, percent);
      for (const one of [stream, tenant]) await one.until("message", { id: 7, progress: percent });
      t.match(await poll(), { known: true, progress: percent });
    }
    t.ok((await readsAt(replica)) >= 2);
    t.equal(await readsAt(master), 0);

    const closed = new Promise((resolve) => it.reader.once("close", resolve));
    await sentinels.kill(replica);
    await closed;
    const told = withoutHeartbeats(stream.text());
    t.match(await poll(), { status: "PENDING", known: false, progress: 0 }, "the default, as without any Redis");
    await progressTo(it.redis, subject, 30);
    t.match(await poll(), { known: false });
    t.equal(withoutHeartbeats(stream.text()), told, "streams say nothing");
    await sentinels.restart();
    await stream.until("message", { id: 7, progress: 30 });
    t.match(await poll(), { known: true, progress: 30 });
    t.equal(await readsAt(master), 0);
  });
}

import { startRedis } from "@lectern/local-stack";
import { connectRedis, createLogger } from "@lectern/service-kit";
import t from "tap";
import { openEncodeQueue } from "../src/queue.ts";

const job = { tenant_id: 1, video_id: 7, generation: 1 };

t.test("a queue that could not be reached at the start takes jobs as soon as it can", async (t) => {
  const redis = await startRedis();
  await redis.stop();
  const connection = connectRedis(redis.url, "producer", createLogger({ service: "test", level: "silent" }));
  const queue = openEncodeQueue(connection);
  t.teardown(async () => {
    await queue.close();
    await redis.stop();
  });
  await t.rejects(queue.add(job));
  t.notOk(queue.reachable());

  const reachable = new Promise<void>((resolve) => queue.onReachable(resolve));
  await redis.start();
  await reachable;
  t.ok(queue.reachable());
  await queue.add(job);
  t.equal(await connection.redis.zcard("bull:video-encode:prioritized"), 1);
});

import { ENCODE_QUEUE } from "@lectern/keys";
import { startRedis } from "@lectern/local-stack";
import { awaitRedis, connectRedis, createLogger } from "@lectern/service-kit";
import { Worker } from "bullmq";
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
  await t.rejects(queue.add(job, 1));
  t.notOk(queue.reachable());

  const reachable = new Promise<void>((resolve) => queue.onReachable(resolve));
  await redis.start();
  await reachable;
  t.ok(queue.reachable());
  await queue.add(job, 1);
  t.equal(await connection.redis.zcard("bull:video-encode:prioritized"), 1);
});

t.test("every job that the queue holds is seen, however many there are", async (t) => {
  const redis = await startRedis();
  const connection = connectRedis(redis.url, "producer", createLogger({ service: "test", level: "silent" }));
  await awaitRedis(connection, 5_000);
  const queue = openEncodeQueue(connection);
  const started = Promise.withResolvers<void>();
  let starting = 4;
  const neverDone = (): Promise<never> => {
    starting -= 1;
    if (starting === 0) started.resolve();
    return new Promise(() => {});
  };
  const worker = new Worker(ENCODE_QUEUE, neverDone, { connection: { url: redis.url }, concurrency: starting });
  t.teardown(async () => {
    await worker.close(true);
    await queue.close();
    await redis.stop();
  });
  const ids = Array.from({ length: 9 }, (_, index) => index + 1);
  for (const video_id of ids) await queue.add({ ...job, video_id }, 1);
  await started.promise;
  const { represented, unlocked } = await queue.held();
  t.same([...represented].sort(), ids.map((id) => `video-${id}-g1`).sort(), "four at work and five that wait");
  t.equal(unlocked.size, 0);
});

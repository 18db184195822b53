import { jobRef, progressKey, tenantEventsChannel, writeStatus } from "@lectern/keys";
import { startRedis } from "@lectern/local-stack";
import { Redis } from "ioredis";
import t from "tap";
import { redisBehindProxy } from "../support/redis-behind-proxy.ts";
import { bearerOf, job, openSse, processing, progressTo, ready, startLive, video } from "../support/streams.ts";

const PATH = "/api/v1/progress/stream/?scope=tenant";

t.test("everything of the tenant that changes, and of no other", async (t) => {
  const it = await startLive(t);
  const stream = await openSse(t, it.url + PATH, await bearerOf(it.tenantId));
  const stranger = await openSse(t, it.url + PATH, await bearerOf(it.tenantId + 1));
  t.match(await stream.next(), { event: "resync" }, "from here on nothing is missed");
  t.match(await stranger.next(), { event: "resync" });
  const [one, two] = [video(it.tenantId, 1), video(it.tenantId, 2)];
  await processing(it.redis, one);
  await stream.until("message", { id: 1, status: "PROCESSING" });
  await progressTo(it.redis, two, 5);
  await processing(it.redis, two);
  await stream.until("message", { id: 2, status: "PROCESSING" });
  // Another team's worker publishes nothing; its video was heard of.
  await it.redis.hset(progressKey(two), { percent: 55 });
  await stream.until("message", { id: 2, progress: 55 });
  await ready(it.redis, one);
  await stream.until("message", { id: 1, status: "READY" });
  const done = { status: "DONE", generation: 1, version: 2, job_type: "import" } as const;
  await writeStatus(it.redis, jobRef(it.tenantId, job("a")), done);
  await stream.until("message", { job_id: "a", status: "DONE" });
  // A retry of what had ended.
  await processing(it.redis, one, 1, 2);
  await stream.until("message", { id: 1, status: "PROCESSING", generation: 2 });
  await it.redis.publish(tenantEventsChannel(it.tenantId), "no JSON");
  await it.redis.publish(tenantEventsChannel(it.tenantId), '{"video_id":"x"}');
  await progressTo(it.redis, one, 9, 2);
  await stream.until("message", { id: 1, progress: 9 });
  t.notMatch(stranger.text(), /message|"id"/);
});

t.test("one subscription a tenant, however many clients; none when they have left", async (t) => {
  const it = await startLive(t);
  const user = await bearerOf(it.tenantId);
  const streams = await Promise.all([1, 2, 3].map(() => openSse(t, it.url + PATH, user)));
  for (const stream of streams) await stream.until("resync");
  const channel = tenantEventsChannel(it.tenantId);
  t.strictSame(await it.redis.pubsub("NUMSUB", channel), [channel, 1]);
  await processing(it.redis, video(it.tenantId, 1));
  for (const stream of streams) await stream.until("message", { id: 1, status: "PROCESSING" });
  for (const stream of streams) stream.close();
  while ((await it.redis.pubsub("NUMSUB", channel))[1] !== 0) await new Promise(setImmediate);
  t.match((await it.getNow("/metrics")).text, /progress_subjects_followed 0/);
});

t.test("who leaves and comes back while the channel is asked for is told to ask once", async (t) => {
  const { redis: server, proxy } = await redisBehindProxy(t);
  const it = await startLive(t, { redisUrl: proxy.url });
  const other = new Redis(server.url);
  t.teardown(() => other.disconnect());
  const open = async (tenant: number) => openSse(t, it.url + PATH, await bearerOf(tenant));
  // Another tenant's, so that there is a connection.
  await (await open(it.tenantId + 1)).until("resync");
  const untilOpen = async (count: number): Promise<void> => {
    const said = `progress_streams_open{kind="sse_tenant"} ${count}\n`;
    while (!(await it.getNow("/metrics")).text.includes(said)) await new Promise(setImmediate);
  };
  proxy.hang();
  const left = await open(it.tenantId);
  await untilOpen(2);
  left.close();
  await untilOpen(1);
  const stream = await open(it.tenantId);
  proxy.resume();
  await stream.until("resync");
  await processing(other, video(it.tenantId, 1));
  await stream.until("message", { id: 1, status: "PROCESSING" });
  t.equal(stream.text().split("event: resync").length - 1, 1);
});

t.test("a subscription that was cut off is made anew, and clients are told to ask once", async (t) => {
  const server = await startRedis();
  t.teardown(server.stop);
  const it = await startLive(t, { redisUrl: server.url });
  const stream = await openSse(t, it.url + PATH, await bearerOf(it.tenantId));
  await stream.until("resync");
  const other = new Redis(server.url);
  t.teardown(() => other.disconnect());
  await other.call("CLIENT", "KILL", "TYPE", "pubsub");
  await stream.until("resync");
  await processing(other, video(it.tenantId, 1));
  await stream.until("message", { id: 1, status: "PROCESSING" });
});

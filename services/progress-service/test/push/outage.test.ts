import { progressKey } from "@lectern/keys";
import { startRedis } from "@lectern/local-stack";
import { Redis } from "ioredis";
import t from "tap";
import { redisBehindProxy } from "../support/redis-behind-proxy.ts";
import {
  bearerOf,
  openSse,
  openWs,
  processing,
  progressTo,
  ready,
  startLive,
  video,
  withoutHeartbeats,
} from "../support/streams.ts";

const PATH = "/media/videos/7/progress/stream";

t.test("Redis goes and comes back: streams stay open, say nothing, and then the present state", async (t) => {
  const server = await startRedis({ persistent: true });
  t.teardown(server.stop);
  // Without a clock, since time alone changes a state: the pace after 10 s, what is stalled after 15.
  const it = await startLive(t, { redisUrl: server.url, now: () => null });
  const user = await bearerOf(it.tenantId);
  const subject = video(it.tenantId, 7);
  await processing(it.redis, subject);
  await progressTo(it.redis, subject, 30);
  const before = await openSse(t, it.url + PATH, user);
  await before.until("message", { progress: 30 });
  const closed = new Promise((resolve) => it.reader.once("close", resolve));
  await server.stop();
  await closed;
  const during = await openSse(t, it.url + PATH, user);
  t.match((await during.next())?.data, { known: false }, "who comes now learns that nothing is known");
  const told = withoutHeartbeats(before.text());
  await server.start();
  await during.until("message", { known: true, progress: 30 });
  t.equal(withoutHeartbeats(before.text()), told, "who knew it hears nothing");
  await progressTo(it.redis, subject, 60);
  await before.until("message", { progress: 60 });
  t.notMatch(before.text(), /"known":false/);
});

t.test("the final state written while a connection hung is shown", async (t) => {
  const { redis: server, proxy } = await redisBehindProxy(t);
  const it = await startLive(t, { redisUrl: proxy.url });
  const other = new Redis(server.url);
  t.teardown(() => other.disconnect());
  const subject = video(it.tenantId, 7);
  await processing(other, subject);
  const stream = await openSse(t, it.url + PATH, await bearerOf(it.tenantId));
  await stream.until("message", { status: "PROCESSING" });
  proxy.hang();
  await ready(other, subject);
  proxy.resume();
  await stream.until("message", { status: "READY" });
});

t.test("connections that were cut off while something changed", async (t) => {
  const server = await startRedis();
  t.teardown(server.stop);
  const it = await startLive(t, { redisUrl: server.url });
  const other = new Redis(server.url);
  t.teardown(() => other.disconnect());
  const ws = await openWs(t, `${it.url}/progress/ws`, await bearerOf(it.tenantId));
  ws.say({ type: "subscribe", videos: [7] });
  t.match(await ws.next(), { state: { known: false } });
  // In one go, so that nothing of it can be told.
  await Promise.all([
    other.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"),
    other.call("CLIENT", "KILL", "TYPE", "pubsub"),
    processing(other, video(it.tenantId, 7)),
  ]);
  t.match(await ws.next(), { state: { status: "PROCESSING" } });
});

t.test("a FLUSHALL is shown, and so is what comes after it", async (t) => {
  const server = await startRedis();
  t.teardown(server.stop);
  const it = await startLive(t, { redisUrl: server.url });
  const subject = video(it.tenantId, 7);
  await processing(it.redis, subject);
  const stream = await openSse(t, it.url + PATH, await bearerOf(it.tenantId));
  await stream.until("message", { status: "PROCESSING" });
  await it.redis.flushall();
  await stream.until("message", { known: false });
  await processing(it.redis, subject);
  await stream.until("message", { status: "PROCESSING" });
});

t.test("a server that tells of no changes: what is followed is read every quarter of a second", async (t) => {
  const server = await startRedis();
  t.teardown(server.stop);
  const admin = new Redis(server.url);
  t.teardown(() => admin.disconnect());
  await admin.acl("SETUSER", "default", "-client|tracking");
  const it = await startLive(t, { redisUrl: server.url });
  const subject = video(it.tenantId, 7);
  const stream = await openSse(t, it.url + PATH, await bearerOf(it.tenantId));
  await stream.until("message", { known: false });
  await processing(admin, subject);
  await stream.until("message", { status: "PROCESSING" });
  await admin.hset(progressKey(subject), { percent: 20 });
  await stream.until("message", { progress: 20 });
  t.equal(it.changes.mark(), null, "nothing was watched");
  await ready(admin, subject);
  await stream.until("end");
});

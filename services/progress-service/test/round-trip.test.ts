import { once } from "node:events";
import net from "node:net";
import { parseVideoId, videoRef, writeProgress, writeStatus } from "@lectern/keys";
import { startRedis } from "@lectern/local-stack";
import { Redis } from "ioredis";
import t from "tap";
import { listenerFor, watchChanges } from "../src/changes.ts";
import { startApp } from "./support/app.ts";
import { stopClock } from "./support/clocks.ts";

/** What each connection is tried by every 4 s: no poll's. */
const TRIAL = "*1\r\n$4\r\nrole\r\n";

/** Passes on to Redis and counts what is sent there: one write is one round trip. */
async function countingProxy(port: number) {
  const sent: string[] = [];
  const server = net.createServer({ noDelay: true }, (client) => {
    const upstream = net.connect({ port, host: "127.0.0.1", noDelay: true });
    client.on("data", (chunk) => sent.push(chunk.toString()));
    for (const socket of [client, upstream]) socket.on("error", () => {});
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { sent, server, url: `redis://127.0.0.1:${(server.address() as net.AddressInfo).port}` };
}

t.test("a poll is one round trip: of one video, of a hundred, of many requests at once", async (t) => {
  const redis = await startRedis();
  t.teardown(redis.stop);
  const proxy = await countingProxy(redis.port);
  t.teardown(() => proxy.server.close());
  // What tells of changes has nothing to do with the reads that are counted.
  const elsewhere = new Redis(redis.url);
  t.teardown(() => elsewhere.disconnect());
  const changes = watchChanges({ reader: elsewhere, listener: listenerFor(elsewhere), onFailure: () => {} });
  t.teardown(changes.stop);
  const it = await startApp({ redisUrl: proxy.url, now: () => null, changes });
  t.teardown(it.close);
  const ids = Array.from({ length: 100 }, (_, index) => index + 1);
  for (const id of ids) {
    const videoId = parseVideoId(id);
    if (videoId === null) throw new Error("id");
    const video = videoRef(it.tenantId, videoId);
    await writeStatus(it.redis, video, { status: "PROCESSING", generation: 1, version: 1 });
    const update = { percent: 1, step: "probing", stepIndex: 3, stepTotal: 7, stepPercent: 1, remainingSeconds: null };
    await writeProgress(it.redis, video, { run: { generation: 1, attempt: 1 }, ...update });
  }
  const writesOf = async (poll: () => Promise<unknown>): Promise<string[]> => {
    proxy.sent.length = 0;
    await poll();
    return proxy.sent.map((text) => text.replaceAll(TRIAL, "")).filter((text) => text !== "");
  };
  const commands = (writes: string[]): number => writes.join("").match(/\*\d+\r\n/g)?.length ?? 0;
  // A read that began 250 ms ago is shared no more.
  stopClock(t);
  const batch = await writesOf(() => it.getNow(`/media/videos/progress?ids=${ids.join()}`));
  t.equal(commands(batch), 200, "GET and HGETALL of each");
  t.ok(batch.length <= 2, `${batch.length} writes: TCP may cut one in two, but not answers between`);
  const job = await writesOf(() => it.getNow("/jobs/nothing/progress"));
  t.equal(job.length, 1, "one write");
  t.equal(commands(job), 2);
  const crowd = await writesOf(() =>
    Promise.all(Array.from({ length: 50 }, (_, index) => it.getNow(`/jobs/job-${index % 2}/progress`))),
  );
  t.equal(commands(crowd), 4, "who asks for the same at the same time shares one read");
  t.equal(crowd.length, 1);
});

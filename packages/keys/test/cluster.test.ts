import { Cluster } from "ioredis";
import t from "tap";
import {
  closeProgress,
  eventsChannel,
  legacyProgressKey,
  progressKey,
  readSnapshots,
  redisNow,
  refreshStatusExpiry,
  type Subject,
  statusKey,
  tenantEventsChannel,
  writeProgress,
  writeStatus,
} from "../src/index.ts";
import { startCluster } from "./support/cluster.ts";
import { aJob, aVideo, forget } from "./support/subjects.ts";
import { run, update } from "./support/updates.ts";

const servers = await startCluster();
if (servers === null) {
  t.pass("cluster", {
    skip: "the Redis of the tests is not a program of this machine, so no cluster can be made of it",
  });
} else {
  t.teardown(() => servers.stop());
  for (const enableAutoPipelining of [false, true]) {
    t.test(`a cluster of three nodes, auto pipelining ${enableAutoPipelining ? "on" : "off"}`, async (t) => {
      const cluster = new Cluster(
        servers.ports.map((port) => ({ host: "127.0.0.1", port })),
        { enableAutoPipelining },
      );
      t.teardown(() => cluster.disconnect());
      // Unlike `once` of node:events, which rejects on an error that is got over.
      await new Promise((resolve) => cluster.once("ready", resolve));
      const masters = cluster.nodes("master");
      const subjects: Subject[] = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? aVideo() : aJob()));
      const atWork = (s: Subject) => (s.kind === "video" ? "PROCESSING" : "RUNNING");
      const each = <T>(act: (subject: Subject, index: number) => Promise<T>) => Promise.all(subjects.map(act));

      t.strictSame(await readSnapshots(cluster, []), []);
      t.ok((await readSnapshots(cluster, subjects)).every((snapshot) => !snapshot.known));
      const status = await each((s, i) => writeStatus(cluster, s, { status: atWork(s), generation: 1, version: i }));
      t.ok(status.every((written) => written.accepted));
      const sizes = await Promise.all(masters.map((node) => node.dbsize()));
      t.equal(sizes.length, 3);
      t.ok(
        sizes.every((size) => size > 0),
        "every node holds some of it",
      );
      // Each node learns the scripts anew: EVALSHA is refused first.
      await Promise.all(masters.map((node) => node.script("FLUSH")));
      const progress = await each((s, i) => writeProgress(cluster, s, update({ run: run(1, 1), percent: i })));
      t.strictSame(
        progress,
        subjects.map((_, percent) => ({ accepted: true, percent })),
      );
      const snapshots = await readSnapshots(cluster, subjects);
      t.strictSame(
        snapshots.map((snapshot) => [snapshot.version, snapshot.progress?.percent]),
        subjects.map((_, i) => [i, i]),
        "in the order asked",
      );
      t.ok((await each((s) => refreshStatusExpiry(cluster, s, 1))).every((answer) => answer.refreshed));
      await each((s) => closeProgress(cluster, s, run(1, 1)));
      const late = await each((s) => writeProgress(cluster, s, update({ run: run(1, 1) })));
      t.ok(late.every((written) => !written.accepted && written.reason === "closed"));
      t.ok(Math.abs((await redisNow(cluster)) - Date.now()) < 60_000);
      await each((s) => forget(cluster, s));
      t.strictSame(await Promise.all(masters.map((node) => node.dbsize())), [0, 0, 0]);
    });
  }

  t.test("what old writers left is read across nodes", async (t) => {
    const nodes = servers.ports.map((port) => ({ host: "127.0.0.1", port }));
    const cluster = new Cluster(nodes, { enableAutoPipelining: true });
    t.teardown(() => cluster.disconnect());
    const [legacy, text] = [aJob(), aVideo()];
    await cluster.set(statusKey(legacy), '{"status": "RUNNING"}');
    await cluster.set(legacyProgressKey(legacy), '{"percent": 12}');
    await writeStatus(cluster, text, { status: "PROCESSING", generation: 1, version: 1 });
    await cluster.set(progressKey(text), '{"percent": 34}');
    const read = await readSnapshots(cluster, [legacy, text]);
    t.match(read, [{ progress: { percent: 12 } }, { progress: { percent: 34 } }]);
    await forget(cluster, legacy, text);
  });

  t.test("who listens at one node hears what is written at any", async (t) => {
    const nodes = servers.ports.map((port) => ({ host: "127.0.0.1", port }));
    const [writer, listener] = [new Cluster(nodes), new Cluster(nodes)];
    t.teardown(() => {
      writer.disconnect();
      listener.disconnect();
    });
    const first = aVideo();
    const videos = [first, ...Array.from({ length: 11 }, () => aVideo(first.tenantId))];
    const channels = [...videos.map(eventsChannel), tenantEventsChannel(first.tenantId)];
    await listener.subscribe(...channels);
    const heard = new Map<string, number>();
    const all = new Promise<void>((resolve) => {
      listener.on("message", (channel: string) => {
        heard.set(channel, (heard.get(channel) ?? 0) + 1);
        if ([...heard.values()].reduce((sum, count) => sum + count, 0) === 2 * videos.length) resolve();
      });
    });
    await Promise.all(
      videos.map((video) => writeStatus(writer, video, { status: "UPLOADED", generation: 1, version: 1 })),
    );
    await all;
    t.equal(heard.size, channels.length);
    t.equal(heard.get(tenantEventsChannel(first.tenantId)), videos.length);
    await forget(writer, ...videos);
  });
}

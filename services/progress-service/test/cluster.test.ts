import t from "tap";
import { FRESH_MS } from "../src/views.ts";
import { startOnCluster } from "./support/live-cluster.ts";
import { bearerOf, openSse, processing, progressTo, video } from "./support/streams.ts";

const live = await startOnCluster(t);
if (live === null) {
  t.pass("cluster", { skip: "the Redis of the tests is not a program of this machine" });
} else {
  const { servers, cluster, changes, it, url } = live;
  const user = await bearerOf(it.tenantId);
  const ids = Array.from({ length: 30 }, (_, index) => index + 1);
  const untilWatching = async (): Promise<number> => {
    for (;;) {
      const mark = changes.mark();
      if (mark !== null) return mark;
      await new Promise(setImmediate);
    }
  };
  await untilWatching();
  const known = async (id: number) => (await it.get(`/media/videos/${id}/progress/`)).body;
  const reads = async (): Promise<number> =>
    Number(/progress_views_total\{source="redis"\} (\d+)/.exec((await it.getNow("/metrics")).text)?.[1]);

  t.test("every master tells of changes, and vouches for what was read", async (t) => {
    await Promise.all(ids.map((id) => processing(cluster, video(it.tenantId, id))));
    for (const id of ids) t.match(await known(id), { id, status: "PROCESSING", progress: 0 });
    const before = await reads();
    let heldUp = 0;
    for (const id of ids) {
      const began = performance.now();
      t.match(await known(id), { id, progress: 0 });
      // So long after all masters were heard of a view is read anew, and is to be.
      if (performance.now() - began >= FRESH_MS) heldUp += 1;
    }
    t.ok((await reads()) - before <= heldUp, "nothing is read twice");
    await Promise.all(ids.map((id) => progressTo(cluster, video(it.tenantId, id), id)));
    for (const id of ids) t.match(await known(id), { id, progress: id });
    t.equal((await it.getNow(`/media/videos/progress/?ids=${ids.join()}`)).entries.length, ids.length);
  });

  t.test("streams of a video and of a tenant see what is written at any node", async (t) => {
    const streams = await Promise.all(ids.map((id) => openSse(t, `${url}/media/videos/${id}/progress/stream`, user)));
    const tenant = await openSse(t, `${url}/progress/stream?scope=tenant`, user);
    await tenant.until("resync");
    for (const [index, stream] of streams.entries()) await stream.until("message", { id: ids[index] });
    await Promise.all(ids.map((id) => progressTo(cluster, video(it.tenantId, id), 50 + id / 2)));
    for (const [index, stream] of streams.entries())
      await stream.until("message", { progress: 50 + (ids[index] ?? 0) / 2 });
    const seen = new Set<unknown>();
    while (seen.size < ids.length) seen.add((await tenant.until("message")).data.id);
  });

  t.test("a node that is gone takes its own slots' videos with it, and no other", async (t) => {
    const before = await untilWatching();
    await servers.kill(2);
    while (changes.mark() === before) await new Promise(setImmediate);
    const after = await Promise.all(ids.map(async (id) => (await it.getNow(`/media/videos/${id}/progress/`)).body));
    t.equal(after.length, ids.length);
    const lost = after.filter((body) => body.known === false).length;
    t.ok(lost < ids.length, `${lost} of ${ids.length} are not known`);
  });
}

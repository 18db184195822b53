import t from "tap";
import { startOnCluster } from "./support/live-cluster.ts";
import { bearerOf, openSse, processing, progressTo, video } from "./support/streams.ts";

const live = await startOnCluster(t, { nodeTimeoutMs: 1_000, replica: true });
if (live === null) {
  t.pass("promotion", { skip: "the Redis of the tests is not a program of this machine" });
} else {
  const { servers, cluster, changes, it, url } = live;
  const user = await bearerOf(it.tenantId);
  const ids = Array.from({ length: 12 }, (_, index) => index + 1);

  /** Again until it is taken: while a slot has no master nothing can be written to it. */
  const surely = async (write: () => Promise<unknown>): Promise<void> => {
    for (;;)
      try {
        await write();
        return;
      } catch {
        await new Promise(setImmediate);
      }
  };

  t.test(
    "a replica takes its master's place while streams are open: they go on, and what is read is vouched for",
    async (t) => {
      const subjects = ids.map((id) => video(it.tenantId, id));
      await Promise.all(subjects.map((subject) => surely(() => processing(cluster, subject))));
      const streams = await Promise.all(ids.map((id) => openSse(t, `${url}/media/videos/${id}/progress/stream`, user)));
      for (const [index, stream] of streams.entries())
        await stream.until("message", { id: ids[index], status: "PROCESSING" });
      const [, , gone] = servers.ports;
      await servers.kill(2);
      await Promise.all(
        subjects.map((subject) =>
          surely(async () => {
            // What the replica had not got yet is gone with its master.
            await processing(cluster, subject);
            await progressTo(cluster, subject, 50);
          }),
        ),
      );
      for (const [index, stream] of streams.entries()) await stream.until("message", { id: ids[index], progress: 50 });
      while (changes.mark() === null) await new Promise(setImmediate);
      const masters = cluster.nodes("master").map(({ options }) => options.port);
      t.equal(masters.length, 3);
      t.notOk(masters.includes(gone), "the one that was killed is master no more");
      for (const id of ids) t.match((await it.get(`/media/videos/${id}/progress/`)).body, { id, progress: 50 });
    },
  );
}

import t from "tap";
import { serverOf } from "../src/changes.ts";
import { startSentinels } from "./support/sentinel.ts";
import { openSse, processing, progressTo, startLive, video } from "./support/streams.ts";
import { bearerOf } from "./support/tokens.ts";

const sentinels = await startSentinels();
if (sentinels === null) {
  t.pass("fail-over", { skip: "the Redis of the tests is not a program of this machine" });
} else {
  t.teardown(sentinels.stop);
  t.test(
    "polls and streams follow the master from server to server, though the old one lives on as its replica",
    async (t) => {
      const it = await startLive(t, { redisUrl: sentinels.url });
      const user = await bearerOf(it.tenantId);
      const subject = video(it.tenantId, 7);
      await processing(it.redis, subject);
      const stream = await openSse(t, `${it.url}/media/videos/7/progress/stream`, user);
      const tenant = await openSse(t, `${it.url}/progress/stream?scope=tenant`, user);
      await tenant.until("resync");
      await progressTo(it.redis, subject, 10);
      for (const one of [stream, tenant]) await one.until("message", { id: 7, progress: 10 });

      const watched = it.changes.server();
      // What the replica has not got is lost with its master.
      t.equal(await it.redis.wait(1, 30_000), 1);
      await sentinels.failOver();
      while (it.changes.server() === watched || it.changes.server() === null) await new Promise(setImmediate);
      await tenant.until("resync");
      // The old server is a master too for some seconds: who writes is to have left it as well.
      while ((await serverOf(it.redis)) !== it.changes.server()) await new Promise(setImmediate);
      await progressTo(it.redis, subject, 20);
      for (const one of [stream, tenant]) await one.until("message", { id: 7, progress: 20 });
      t.match((await it.get("/media/videos/7/progress/")).body, { progress: 20 });
    },
  );
}

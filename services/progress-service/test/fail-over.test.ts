import { connectRedis, createLogger } from "@lectern/service-kit";
import t from "tap";
import { startSentinels } from "./support/sentinel.ts";
import { openSse, processing, progressTo, startLive, video } from "./support/streams.ts";
import { bearerOf } from "./support/tokens.ts";

const sentinels = await startSentinels();
if (sentinels === null) {
  t.pass("fail-over", { skip: "the Redis of the tests is not a program of this machine" });
} else {
  t.teardown(sentinels.stop);
  const writer = connectRedis(sentinels.url, "blocking", createLogger({ service: "test", level: "silent" }));
  t.teardown(writer.close);

  t.test(
    "polls and streams follow the master from server to server, though the old one lives on as its replica",
    async (t) => {
      const it = await startLive(t, { redisUrl: sentinels.url });
      const user = await bearerOf(it.tenantId);
      const subject = video(it.tenantId, 7);
      await processing(writer.redis, subject);
      const stream = await openSse(t, `${it.url}/media/videos/7/progress/stream`, user);
      const tenant = await openSse(t, `${it.url}/progress/stream?scope=tenant`, user);
      await tenant.until("resync");
      await progressTo(writer.redis, subject, 10);
      for (const one of [stream, tenant]) await one.until("message", { id: 7, progress: 10 });

      const watched = it.changes.server();
      // What the replica has not got is lost with its master.
      await writer.redis.wait(1, 30_000);
      await sentinels.failOver();
      while (it.changes.server() === watched || it.changes.server() === null) await new Promise(setImmediate);
      await tenant.until("resync");
      // A write to the server that was left is refused, and made anew at the other.
      await progressTo(writer.redis, subject, 20);
      for (const one of [stream, tenant]) await one.until("message", { id: 7, progress: 20 });
      t.match((await it.get("/media/videos/7/progress/")).body, { progress: 20 });
    },
  );
}

import { masterPlaylistKey } from "@lectern/keys";
import t from "tap";
import { encoding, setUp } from "./support/bench.ts";
import { longLecture, shortLecture } from "./support/sources.ts";

t.test(
  "Redis away during the encode: it goes on, publishes after asking, and the queue hears of it later",
  async (t) => {
    const bench = await setUp(t, { persistent: true });
    const { queue, queueEvents, redisServer, tenantId, upload } = bench;
    // The rest of its encode is the outage, which must not outlast the lock: 20 s.
    const lecture = await longLecture(bench.stack.ffmpeg, bench.dir, 6);
    const { worker } = await bench.worker({ X264_PRESET: "medium" });
    const { jobId, videoId } = await bench.submit(lecture);
    const progress = await bench.follow(videoId);
    const atWork = progress.until(encoding);
    worker.start();
    await atWork;

    let asked = 0;
    upload.override = ({ kind }) => {
      if (kind === "video") asked += 1;
      return null;
    };
    const completed = new Promise((resolve) => queueEvents.once("completed", resolve));
    await redisServer.stop();
    const [ready] = await upload.heard("ready");
    t.equal(asked, 1, "upload-service was asked before anything became playable");
    t.match(ready, { hls_path: masterPlaylistKey(tenantId, videoId, { generation: 1, attempt: 1 }) });

    await redisServer.start();
    await completed;
    t.equal((await queue.getJob(jobId))?.returnvalue, "ready");

    const next = await bench.submit(lecture);
    await upload.heard("ready", 2);
    t.equal(upload.videos.get(next.videoId)?.status, "READY", "and the worker takes jobs as before");
  },
);

t.test("Redis away at the start: the worker waits for it", async (t) => {
  const bench = await setUp(t);
  const lecture = await shortLecture(bench.stack.ffmpeg, bench.dir);
  await bench.redisServer.stop();
  const { worker } = await bench.worker();
  worker.start();
  await bench.redisServer.start();
  await bench.submit(lecture);
  t.equal((await bench.upload.heard("ready")).length, 1);
});

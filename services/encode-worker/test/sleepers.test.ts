import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { masterPlaylistKey, progressKey, runPrefix, videoRef } from "@lectern/keys";
import { startTcpProxy } from "@lectern/local-stack";
import t from "tap";
import { encoding, setUp } from "./support/bench.ts";
import { startChild } from "./support/child.ts";
import { untilNoneIn } from "./support/processes.ts";
import { longLecture } from "./support/sources.ts";

/** What a machine under load may add to a promise that is about a second. */
const LOADED_MS = 2_000;

t.test("a worker that slept through the loss of its lock publishes nothing when it wakes", async (t) => {
  const bench = await setUp(t);
  const { queue, queueEvents, redis, tenantId, upload } = bench;
  const lecture = await longLecture(bench.stack.ffmpeg, bench.dir, 12);
  const sleepersScratch = join(bench.dir, "sleeper");
  await mkdir(sleepersScratch);
  const sleeper = startChild(t, [], { ...bench.env, X264_PRESET: "slower", SCRATCH_DIR: sleepersScratch });
  const { jobId, videoId } = await bench.submit(lecture);
  const progress = await bench.follow(videoId);
  await progress.until(encoding);

  sleeper.process.kill("SIGSTOP");
  // The lock's 20 s without a renewal are over.
  await redis.del(`${queue.toKey(jobId)}:lock`);
  const second = await bench.worker();
  const completed = new Promise((resolve) => queueEvents.once("completed", resolve));
  // Whose stalled check finds the job and takes it up under the same id.
  second.worker.start();
  const [ready] = await upload.heard("ready");
  // Until its run is over it may write its progress once more.
  await completed;
  t.match(ready, { hls_path: masterPlaylistKey(tenantId, videoId, { generation: 1, attempt: 2 }), attempt: 2 });
  const live = runPrefix(tenantId, videoId, { generation: 1, attempt: 2 });
  const etags = async () => {
    const found: [string, string][] = [];
    for await (const { etag, key } of bench.store.list(live)) found.push([key, etag]);
    return found;
  };
  const published = await etags();
  const written = await redis.hgetall(progressKey(videoRef(tenantId, videoId)));
  t.equal(written.attempt, "2");
  const rows = upload.applied.length;

  sleeper.process.kill("SIGCONT");
  const { time } = await sleeper.logged(({ msg }) => msg === "the run is ended");
  await untilNoneIn(sleepersScratch, 5_000);
  const tookMs = Date.now() - Date.parse(String(time));
  t.ok(tookMs < 1_000 + LOADED_MS, `ffmpeg is gone ${tookMs} ms after the answer that ended the run`);
  t.comment(`ffmpeg gone ${tookMs} ms after the refusal`);
  await sleeper.logged(({ msg }) => msg === "run over");
  t.equal(upload.applied.length, rows, "nothing more was said of the video");
  t.strictSame(await redis.hgetall(progressKey(videoRef(tenantId, videoId))), written, "nor written to Redis");
  t.strictSame(await etags(), published, "nor under the live prefix");
  const own = await bench.listed(runPrefix(tenantId, videoId, { generation: 1, attempt: 1 }));
  t.notOk(own.some((key) => key.endsWith("/master.m3u8")));
  t.equal(await (await queue.getJob(jobId))?.getState(), "completed");
});

t.test("cut off from Redis alone while another does its job: what it made is not published", async (t) => {
  const bench = await setUp(t);
  const { queue, queueEvents, redis, redisServer, tenantId, upload } = bench;
  const lecture = await longLecture(bench.stack.ffmpeg, bench.dir, 12);
  const proxy = await startTcpProxy({ target: redisServer.url });
  t.teardown(() => proxy.close());
  const cutOff = await bench.worker({ X264_PRESET: "medium", REDIS_URL: proxy.url });
  const { jobId, videoId } = await bench.submit(lecture);
  const progress = await bench.follow(videoId);
  const atWork = progress.until(encoding);
  cutOff.worker.start();
  await atWork;
  // It asks before it publishes; that question waits until the other is at work.
  upload.override = ({ kind }) => (kind === "video" && upload.videos.get(videoId)?.attempt === 1 ? 503 : null);
  proxy.hang();
  // What a stalled check does once the lock has run out.
  await (await queue.getJob(jobId))?.moveToWait((await redis.get(`${queue.toKey(jobId)}:lock`)) ?? "");
  const second = await bench.worker();
  const completed = new Promise((resolve) => queueEvents.once("completed", resolve));
  second.worker.start();
  t.match(await upload.heard("ready"), [{ attempt: 2 }]);
  await completed;
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (cutOff.worker.activeRuns() > 0) return;
      clearInterval(look);
      resolve();
    }, 20);
  });
  proxy.resume();
  await cutOff.shutdown.stop("done");
  t.equal(upload.applied.filter(({ transition }) => transition === "ready").length, 1);
  const own = await bench.listed(runPrefix(tenantId, videoId, { generation: 1, attempt: 1 }));
  t.notOk(own.some((key) => key.endsWith("/master.m3u8")));
  t.equal(await (await queue.getJob(jobId))?.getState(), "completed");
});

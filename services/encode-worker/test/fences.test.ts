import { closeProgress, masterPlaylistKey, runPrefix, videoRef } from "@lectern/keys";
import t from "tap";
import { encoding, setUp } from "./support/bench.ts";
import { processesIn, untilNoneIn } from "./support/processes.ts";
import { longLecture } from "./support/sources.ts";

t.test("runs that lose their right to publish", async (t) => {
  const bench = await setUp(t);
  const { awake, queue, queueEvents, redis, scratchDir, tenantId, upload } = bench;
  const lecture = await longLecture(bench.stack.ffmpeg, bench.dir);

  const begin = async (settings: Record<string, string> = {}) => {
    const process = await bench.worker({ X264_PRESET: "veryfast", ...settings });
    const submitted = await bench.submit(lecture);
    const progress = await bench.follow(submitted.videoId);
    const atWork = progress.until(encoding);
    process.worker.start();
    await atWork;
    t.ok(processesIn(scratchDir).length > 0, "ffmpeg is at work");
    return { ...process, ...submitted, progress };
  };

  t.test("the fence is raised: ffmpeg is gone within a second of the refusal", async (t) => {
    const { jobId, shutdown, videoId } = await begin();
    const run = { generation: 1, attempt: 1 };
    const over = queue.getJob(jobId).then((job) => job?.waitUntilFinished(queueEvents));
    await closeProgress(redis, videoRef(tenantId, videoId), run);
    // The write that is refused comes within a second, and the end within another.
    const tookMs = await untilNoneIn(scratchDir, 2_000, awake);
    t.ok(tookMs < 2_000, `${Math.round(tookMs)} ms`);
    t.equal(await over, "closed");
    t.notOk(
      (await bench.listed(runPrefix(tenantId, videoId, run))).includes(masterPlaylistKey(tenantId, videoId, run)),
    );
    t.notOk(upload.applied.some(({ transition, video_id }) => video_id === videoId && transition !== "processing"));
    await shutdown.stop("done");
  });

  t.test("another has the lock: ffmpeg is gone within a second of the refused renewal", async (t) => {
    const { jobId, shutdown, videoId } = await begin();
    await redis.set(`${queue.toKey(jobId)}:lock`, "thief", "PX", 60_000);
    const tookMs = await untilNoneIn(scratchDir, 6_000, awake);
    t.ok(tookMs < 6_000, `renewals come every 5 s: ${Math.round(tookMs)} ms`);
    await shutdown.stop("done");
    t.equal(await redis.get(`${queue.toKey(jobId)}:lock`), "thief", "the thief keeps the job");
    t.equal(await (await queue.getJob(jobId))?.getState(), "active");
    t.match(
      upload.applied.filter(({ video_id }) => video_id === videoId).map(({ transition }) => transition),
      ["processing", "released"],
      "losing a lock is no crash",
    );
    await redis.del(`${queue.toKey(jobId)}:lock`);
    await (await queue.getJob(jobId))?.moveToWait("0");
    await (await queue.getJob(jobId))?.remove();
  });

  t.test("one job twice in one process: the later run wins, the earlier one dies", async (t) => {
    const { jobId, progress, shutdown, videoId, worker } = await begin({ CONCURRENCY: "2" });
    const job = await queue.getJob(jobId);
    const second = progress.until((message) => message.attempt === 2 && encoding(message));
    // What a stalled check does to a worker that was silent for too long.
    await job?.moveToWait((await redis.get(`${queue.toKey(jobId)}:lock`)) ?? "");
    await second;
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (worker.activeRuns() > 1) return;
        clearInterval(look);
        resolve();
      }, 10);
    });
    t.equal(upload.videos.get(videoId)?.attempt, 2);
    t.ok(processesIn(scratchDir).length > 0, "the later run goes on");
    const later = await progress.until((message) => message.attempt === 2);
    t.ok(later.percent > 0);
    await shutdown.stop("done");
    await untilNoneIn(scratchDir, 1_000, awake);
    t.match(upload.applied.at(-1), { transition: "released", video_id: videoId, attempt: 2 });
  });
});

import t from "tap";
import { setUp } from "./support/bench.ts";
import { shortLecture } from "./support/sources.ts";

t.test("a tenant that has as many runs as it may", async (t) => {
  const bench = await setUp(t);
  const { queue, upload } = bench;
  const lecture = await shortLecture(bench.stack.ffmpeg, bench.dir);
  upload.retryAfter = 3_600;
  /** Jobs whose `processing` is refused. */
  const limited = new Set<number>();
  upload.override = ({ kind, transition, videoId }) =>
    kind === "transition" && transition?.transition === "processing" && limited.has(videoId) ? 429 : null;

  t.test("its job waits at its place, and the next one is taken; --once too", async (t) => {
    const [held, also, free] = [await bench.submit(lecture), await bench.submit(lecture), await bench.submit(lecture)];
    const later = await bench.submit(lecture);
    for (const { videoId } of [held, also]) limited.add(videoId);
    const { worker } = await bench.worker({ ONCE_WAIT_SECONDS: "30" });
    t.strictSame(await worker.once(30_000), { taken: true, unfit: false });
    t.match(await upload.heard("ready"), [{ video_id: free.videoId }]);
    t.match(await queue.getJobCounts(), { delayed: 2, prioritized: 1, completed: 1 });
    const job = await queue.getJob(held.jobId);
    t.match(job, { priority: 1, attemptsMade: 0 });
    t.ok((job?.delay ?? 0) > 3_000_000, "as long as it was told");
    t.strictSame(await (await queue.getJob(later.jobId))?.getState(), "prioritized");
    await (await queue.getJob(later.jobId))?.remove();
  });

  t.test("none that may begin: --once ends without one", async (t) => {
    for (const job of await queue.getDelayed()) await job.promote();
    const { worker } = await bench.worker();
    // From one job to the next it waits as long, and not in vain on a machine that stands still for a moment.
    t.strictSame(await worker.once(3_000), { taken: false, unfit: false });
    t.match(await queue.getJobCounts(), { delayed: 2, prioritized: 0, active: 0 });
  });

  t.test("--drain waits for what is parked, and ends when another has emptied the queue", async (t) => {
    limited.clear();
    const [first, second] = await queue.getDelayed();
    const { worker } = await bench.worker();
    const drained = worker.drain();
    await first?.promote();
    await upload.heard("ready", 2);
    await second?.remove();
    t.strictSame(await drained, { taken: 1, unfit: false });
  });
});

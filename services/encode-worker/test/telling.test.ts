import t from "tap";
import { setUp } from "./support/bench.ts";
import { shortLecture } from "./support/sources.ts";

/** upload-service fails so many times at one kind of transition. */
type Upload = Awaited<ReturnType<typeof setUp>>["upload"];
function failAt(upload: Upload, transition: string, times: number): () => number {
  let refused = 0;
  upload.override = (call) => {
    if (call.transition?.transition !== transition || refused >= times) return null;
    refused += 1;
    return 503;
  };
  return () => refused;
}

t.test("upload-service is away when a run tells how it ended", async (t) => {
  const bench = await setUp(t);
  const { queue, queueEvents, upload } = bench;
  const lecture = await shortLecture(bench.stack.ffmpeg, bench.dir);
  const noFilm = Buffer.from("this is no film ".repeat(100));
  const event = (name: "completed" | "delayed") => new Promise((resolve) => queueEvents.once(name, resolve));
  const said = () => upload.applied.map(({ transition }) => transition);
  const stateOf = async (jobId: string) => (await queue.getJob(jobId))?.getState();
  t.beforeEach(() => {
    upload.applied.length = 0;
    upload.override = () => null;
  });

  t.test("at `failed`: it is said again until it is heard", async (t) => {
    const { shutdown, worker } = await bench.worker();
    const refused = failAt(upload, "failed", 2);
    const { jobId, videoId } = await bench.submit(noFilm);
    const completed = event("completed");
    worker.start();
    t.match(await upload.heard("failed"), [{ attempt: 1, error_code: "SOURCE_UNREADABLE" }]);
    await completed;
    t.equal(refused(), 2);
    t.strictSame(said(), ["processing", "failed"], "once");
    t.equal(upload.videos.get(videoId)?.status, "FAILED");
    t.equal((await queue.getJob(jobId))?.returnvalue, "failed");
    await shutdown.stop("done");
  });

  t.test("at `failed` for longer than the patience: the job goes back, and the next run says it", async (t) => {
    const { shutdown, worker } = await bench.worker({ PATIENCE_SECONDS: "1" });
    failAt(upload, "failed", Number.POSITIVE_INFINITY);
    const { jobId, videoId } = await bench.submit(noFilm);
    const back = event("delayed");
    worker.start();
    await back;
    t.strictSame(said(), ["processing", "released"]);
    t.equal(await stateOf(jobId), "delayed");
    upload.override = () => null;
    await (await queue.getJob(jobId))?.promote();
    t.match(await upload.heard("failed"), [{ attempt: 2 }]);
    t.equal(upload.videos.get(videoId)?.status, "FAILED");
    await shutdown.stop("done");
  });

  for (const [times, heard] of [
    [1, ["processing", "released"]],
    [Number.POSITIVE_INFINITY, ["processing"]],
  ] as const) {
    t.test(
      `at \`released\`, ${times === 1 ? "once: it is said again" : "for good: the job goes back all the same"}`,
      async (t) => {
        const first = await bench.worker({ SCRATCH_DIR: "/dev/null" });
        const refused = failAt(upload, "released", times);
        const { jobId, videoId } = await bench.submit(lecture);
        const back = event("delayed");
        first.worker.start();
        await back;
        t.ok(refused() >= 1);
        t.strictSame(said(), heard);
        t.equal(await bench.redis.exists(`${queue.toKey(jobId)}:lock`), 0);
        await first.shutdown.stop("done");

        upload.override = () => null;
        const second = await bench.worker();
        await (await queue.getJob(jobId))?.promote();
        second.worker.start();
        t.match(await upload.heard("ready"), [{ attempt: 2 }]);
        t.equal(upload.videos.get(videoId)?.status, "READY");
        await second.shutdown.stop("done");
      },
    );
  }
});

import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "@lectern/local-stack";
import t from "tap";
import { setUp } from "./support/bench.ts";
import { startChild } from "./support/child.ts";
import { shortLecture } from "./support/sources.ts";

const SHIFT_CLOCK = new URL("../../../packages/system-tests/test/cases/support/shift-clock.ts", import.meta.url).href;

t.test("a worker whose machine is at fault does not turn the queue over", async (t) => {
  const bench = await setUp(t);
  const { env, queue, queueEvents, upload } = bench;
  const lecture = await shortLecture(bench.stack.ffmpeg, bench.dir);
  const ffmpeg = join(bench.dir, "ffmpeg-to-come");
  const broken = { FFMPEG_PATH: ffmpeg };
  const delayed = () => new Promise((resolve) => queueEvents.once("delayed", resolve));
  const stateOf = async (jobId: string) => (await queue.getJob(jobId))?.getState();
  t.beforeEach(async () => {
    upload.applied.length = 0;
    await queue.drain(true);
  });

  t.test("it hands back the one job and takes the next only when it can do it", async (t) => {
    const port = await freePort();
    const { shutdown, worker } = await bench.worker({ ...broken, HEALTH_PORT: String(port) });
    const ready = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).json();
    const [first, second] = [await bench.submit(lecture), await bench.submit(lecture)];
    const back = delayed();
    worker.start();
    t.match(await upload.heard("released"), [{ detail: "machine fault", video_id: first.videoId }]);
    await back;
    const began = performance.now();
    t.match(await ready(), { status: "degraded", degraded: ["machine"] });
    await symlink(bench.stack.ffmpeg, ffmpeg);
    t.match(await upload.heard("ready"), [{ video_id: second.videoId }]);
    t.ok(performance.now() - began > 4_500, "no sooner than after the pause");
    t.equal(await stateOf(first.jobId), "delayed", "the first waits for anybody");
    t.match(await ready(), { status: "ready", degraded: [] });
    await shutdown.stop("done");
  });

  t.test("SIGTERM during the pause", async (t) => {
    const { shutdown, worker } = await bench.worker({ FFMPEG_PATH: join(bench.dir, "none") });
    await bench.submit(lecture);
    const back = delayed();
    worker.start();
    await back;
    t.ok(worker.unfit());
    const began = performance.now();
    await shutdown.stop("done");
    t.ok(performance.now() - began < 4_000, "is heard at once");
  });

  for (const [mode, clock] of [
    ["--once", 600],
    ["--drain", -600],
  ] as const) {
    t.test(`${mode} ends and says so, and a clock that is wrong does not make the job wait longer`, async (t) => {
      const jobs = [await bench.submit(lecture), await bench.submit(lecture)] as const;
      const child = startChild(t, [mode], {
        ...env,
        FFMPEG_PATH: join(bench.dir, "none"),
        NODE_OPTIONS: `--import=${SHIFT_CLOCK}?seconds=${clock}`,
      });
      t.strictSame(await child.ended, { code: 75 });
      t.ok(child.log.some(({ unfit }) => unfit === true));
      t.equal((await upload.heard("released")).length, 1);
      t.equal(await stateOf(jobs[0].jobId), "delayed");
      t.equal(await stateOf(jobs[1].jobId), "prioritized");
      // BullMQ keeps the time in the upper part of the score.
      const due = Number(await bench.redis.zscore(queue.toKey("delayed"), jobs[0].jobId)) / 0x1000;
      t.ok(Math.abs(due - Date.now()) < 60_000, `due in ${Math.round(due - Date.now())} ms`);
    });
  }
});

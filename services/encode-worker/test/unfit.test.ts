import { symlink } from "node:fs/promises";
import { join } from "node:path";
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
    const { healthUrl, shutdown, worker } = await bench.worker({ ...broken, HEALTH_PORT: "0" });
    const ready = async () => (await fetch(`${healthUrl}/readyz`)).json();
    const [first, second] = [await bench.submit(lecture), await bench.submit(lecture)];
    const back = delayed();
    worker.start();
    const [released] = await upload.heard("released");
    t.match(released, { detail: "machine fault", video_id: first.videoId });
    await back;
    t.equal(await stateOf(first.jobId), "delayed", "the first waits for anybody");
    // Or it could be back before the second has had its turn.
    await (await queue.getJob(first.jobId))?.changeDelay(3_600_000);
    t.match(await ready(), { status: "degraded", degraded: ["machine"] });
    await symlink(bench.stack.ffmpeg, ffmpeg);
    const [done] = await upload.heard("ready");
    t.equal(done?.video_id, second.videoId);
    // The pause of 5 s begins once the release was said.
    t.ok(Number(done?.at) - Number(released?.at) > 4_990, "no sooner than after the pause");
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
    const began = bench.awake();
    await shutdown.stop("done");
    t.ok(bench.awake() - began < 4_000, "is heard at once");
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

import { readdir } from "node:fs/promises";
import t from "tap";
import { SHUTDOWN_MS } from "../src/index.ts";
import { encoding, setUp } from "./support/bench.ts";
import { startChild } from "./support/child.ts";
import { processesIn, untilNoneIn } from "./support/processes.ts";
import { longLecture, shortLecture } from "./support/sources.ts";

t.test("a worker as a process", async (t) => {
  const bench = await setUp(t);
  const { env, queue, scratchDir, upload } = bench;
  const short = await shortLecture(bench.stack.ffmpeg, bench.dir);
  const long = await longLecture(bench.stack.ffmpeg, bench.dir);

  t.test("--once without a job says so and ends", async (t) => {
    const child = startChild(t, ["--once"], { ...env, ONCE_WAIT_SECONDS: "1" });
    t.strictSame(await child.ended, { code: 0 });
    t.match(
      child.log.find(({ taken }) => taken !== undefined),
      { taken: false },
    );
  });

  t.test("--once takes one job and leaves the others", async (t) => {
    await bench.submit(short);
    await bench.submit(short);
    const child = startChild(t, ["--once"], env);
    t.strictSame(await child.ended, { code: 0 });
    t.match(
      child.log.find(({ taken }) => taken !== undefined),
      { taken: true },
    );
    t.equal((await upload.heard("ready")).length, 1);
    t.match(await queue.getJobCounts(), { prioritized: 1, active: 0, completed: 1 });
  });

  t.test("--drain works until nothing is left", async (t) => {
    await bench.submit(short);
    const child = startChild(t, ["--drain"], env);
    t.strictSame(await child.ended, { code: 0 });
    t.match(
      child.log.find(({ taken }) => taken !== undefined),
      { taken: 2 },
    );
    t.match(await queue.getJobCounts(), { prioritized: 0, delayed: 0, active: 0, completed: 3 });
    t.strictSame(await readdir(scratchDir), []);
  });

  t.test("SIGTERM hands the job back, leaves no ffmpeg and no file", async (t) => {
    const { jobId, videoId } = await bench.submit(long);
    const progress = await bench.follow(videoId);
    const atWork = progress.until(encoding);
    const child = startChild(t, [], { ...env, X264_PRESET: "veryfast" });
    await atWork;
    t.ok(processesIn(scratchDir).length > 0, "ffmpeg is at work");
    const began = bench.awake();
    child.process.kill("SIGTERM");
    t.strictSame(await child.ended, { code: 0 });
    const tookMs = bench.awake() - began;
    t.ok(tookMs < SHUTDOWN_MS, `${Math.round(tookMs)} ms`);
    t.match(await upload.heard("released"), [{ attempt: 1, detail: "shutdown" }]);
    t.equal(await (await queue.getJob(jobId))?.getState(), "prioritized", "anybody can take it now");
    t.strictSame(processesIn(scratchDir), []);
    t.strictSame(await readdir(scratchDir), []);
    await (await queue.getJob(jobId))?.remove();
  });

  t.test("killed outright: ffmpeg does not live on, and the next process sweeps the scratch", async (t) => {
    const { videoId } = await bench.submit(long);
    const progress = await bench.follow(videoId);
    const atWork = progress.until(encoding);
    const child = startChild(t, [], { ...env, X264_PRESET: "veryfast" });
    await atWork;
    child.process.kill("SIGKILL");
    await child.ended;
    await untilNoneIn(scratchDir, 10_000);
    t.equal((await readdir(scratchDir)).length, 1);
    await queue.pause();
    const next = startChild(t, ["--once"], { ...env, ONCE_WAIT_SECONDS: "1" });
    t.strictSame(await next.ended, { code: 0 });
    t.strictSame(await readdir(scratchDir), []);
  });

  t.test("--once ends without Redis, too", async (t) => {
    const child = startChild(t, ["--once"], { ...env, REDIS_URL: "redis://127.0.0.1:9", ONCE_WAIT_SECONDS: "1" });
    t.strictSame(await child.ended, { code: 0 });
    t.match(
      child.log.find(({ taken }) => taken !== undefined),
      { taken: false },
    );
  });

  t.test("a setting that is missing stops the start with a sentence", async (t) => {
    const { REDIS_URL: _, ...rest } = env;
    t.strictSame(await startChild(t, [], rest).ended, { code: 1 });
    t.strictSame(await startChild(t, ["--ones"], env).ended, { code: 1 });
  });
});

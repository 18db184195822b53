import { readdir } from "node:fs/promises";
import type { Step } from "@lectern/keys";
import t, { type Test } from "tap";
import { startFaultyStore } from "../../../packages/object-store/test/support/faulty-store.ts";
import { SHUTDOWN_MS } from "../src/index.ts";
import { type Bench, setUp } from "./support/bench.ts";
import { startChild } from "./support/child.ts";
import { processesIn } from "./support/processes.ts";
import { stuckTool } from "./support/slow-tool.ts";
import { longLecture, shortLecture } from "./support/sources.ts";

/** What keeps a worker in each of its steps: variables that make it so. */
const KEPT: Record<Step, (t: Test, bench: Bench) => Promise<Record<string, string>>> = {
  presigning: (t, bench) => storeThatHangs(t, bench, "HEAD", ""),
  downloading: (t, bench) => storeThatHangs(t, bench, "GET", "source"),
  probing: async (_t, { dir, stack }) => ({ FFPROBE_PATH: await stuckTool(stack.ffprobe, dir, "") }),
  transcoding: async () => ({ X264_PRESET: "veryfast" }),
  // Only the check of the output takes what it reads from its standard input and gives up at the first error.
  validating: async (_t, { dir, stack }) => ({ FFMPEG_PATH: await stuckTool(stack.ffmpeg, dir, "-xerror") }),
  thumbnail: async (_t, { dir, stack }) => ({ FFMPEG_PATH: await stuckTool(stack.ffmpeg, dir, "-frames:v") }),
  uploading: (t, bench) => storeThatHangs(t, bench, "PUT", "receipt.json"),
};

async function storeThatHangs(t: Test, bench: Bench, method: string, part: string): Promise<Record<string, string>> {
  const proxy = await startFaultyStore(bench.stack.s3.endpoint);
  t.teardown(() => proxy.close());
  proxy.faultOf = (request) => {
    if (request.method !== method || !request.path.includes(part)) return null;
    if (method === "HEAD") return { status: 503 };
    return method === "PUT" ? { request: "hang" } : { answerBytes: 0, end: "hang" };
  };
  return { S3_ENDPOINT: proxy.url };
}

t.test("SIGTERM at each step: the job goes back, nothing is left, no crash is counted", async (t) => {
  const bench = await setUp(t);
  const { env, queue, scratchDir, upload } = bench;
  const short = await shortLecture(bench.stack.ffmpeg, bench.dir);
  const long = await longLecture(bench.stack.ffmpeg, bench.dir);

  for (const [step, keep] of Object.entries(KEPT) as [Step, (typeof KEPT)[Step]][]) {
    t.test(step, async (t) => {
      upload.applied.length = 0;
      const settings = await keep(t, bench);
      const { jobId, videoId } = await bench.submit(step === "transcoding" ? long : short);
      const progress = await bench.follow(videoId);
      const there = progress.until((message) => message.step === step);
      // Both ways of running: one job a container, and many.
      const child = startChild(t, step === "validating" ? ["--once"] : [], { ...env, ...settings });
      await there;
      const began = bench.awake();
      child.process.kill("SIGTERM");
      t.strictSame(await child.ended, { code: 0 });
      const tookMs = bench.awake() - began;
      t.ok(tookMs < SHUTDOWN_MS, `${Math.round(tookMs)} ms`);
      t.strictSame(
        upload.applied.map(({ transition }) => transition),
        ["processing", "released"],
      );
      t.equal(await (await queue.getJob(jobId))?.getState(), "prioritized", "anybody can take it now");
      t.equal(await bench.redis.exists(`${queue.toKey(jobId)}:lock`), 0);
      t.strictSame(processesIn(bench.dir), []);
      t.strictSame(await readdir(scratchDir), []);
      await (await queue.getJob(jobId))?.remove();
    });
  }

  t.test("before upload-service has answered at all", async (t) => {
    upload.applied.length = 0;
    upload.override = () => 503;
    const { jobId } = await bench.submit(short);
    const asked = upload.asked();
    const child = startChild(t, [], env);
    await asked;
    child.process.kill("SIGTERM");
    t.strictSame(await child.ended, { code: 0 });
    t.strictSame(upload.applied, []);
    t.equal(await (await queue.getJob(jobId))?.getState(), "prioritized");
    upload.override = () => null;
    await (await queue.getJob(jobId))?.remove();
  });

  t.test("--once that waits for a job", async (t) => {
    const child = startChild(t, ["--once"], { ...env, ONCE_WAIT_SECONDS: "600" });
    await child.logged(({ msg }) => msg === "waiting for one job");
    child.process.kill("SIGTERM");
    t.strictSame(await child.ended, { code: 0 });
  });
});

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runPrefix } from "@lectern/keys";
import t, { type Test } from "tap";
import { findFault } from "../src/machine.ts";
import { createScratch } from "../src/scratch.ts";
import { setUp } from "./support/bench.ts";
import { untilNoneIn } from "./support/processes.ts";
import { longLecture, shortLecture } from "./support/sources.ts";

/** A disk of its own for the scratch; undefined where this user may not mount one. */
function smallDisk(t: Test, dir: string, bytes: number): string | undefined {
  const path = join(dir, "small-disk");
  mkdirSync(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", path], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  t.teardown(() => {
    execFileSync("umount", ["-l", path]);
  });
  return path;
}

t.test("the scratch disk is full", async (t) => {
  const bench = await setUp(t);
  const { queue, queueEvents, tenantId, upload } = bench;
  const short = await shortLecture(bench.stack.ffmpeg, bench.dir);
  const long = await longLecture(bench.stack.ffmpeg, bench.dir, 30);
  // The source fits, its renditions do not.
  const disk = smallDisk(t, bench.dir, statSync(long).size + 600_000);
  if (disk === undefined) {
    t.comment("skipped: this user may not mount a tmpfs, so a full disk cannot be made");
    return;
  }
  const { shutdown, worker } = await bench.worker({ SCRATCH_DIR: disk });
  const delayed = () => new Promise((resolve) => queueEvents.once("delayed", resolve));
  const { jobId, videoId } = await bench.submit(long);
  const handedBack = delayed();
  worker.start();
  const [released] = await upload.heard("released");
  t.match(released, { attempt: 1, detail: "disk full" });
  await handedBack;
  t.equal(await (await queue.getJob(jobId))?.getState(), "delayed");
  t.notOk(
    (await bench.listed(runPrefix(tenantId, videoId, { generation: 1, attempt: 1 }))).some((key) =>
      key.endsWith("master.m3u8"),
    ),
  );
  await (await queue.getJob(jobId))?.remove();
  await untilNoneIn(disk, 1_000);

  const next = await bench.submit(short);
  const [ready] = await upload.heard("ready");
  // The pause of 5 s begins once the release was said.
  t.ok(Number(ready?.at) - Number(released?.at) > 4_990, "not at once: it would turn the queue over");
  t.equal(upload.videos.get(next.videoId)?.status, "READY", "the worker goes on with what fits");
  const runs = readdirSync(disk).flatMap((owner) => readdirSync(join(disk, owner)));
  t.strictSame(runs, [], "nothing is left of either");

  t.test("a source that does not fit is not even begun", async (t) => {
    upload.applied.length = 0;
    writeFileSync(join(disk, "of-another-program"), Buffer.alloc(statSync(long).size - 100_000));
    // Nothing is taken until all that listens does.
    await queue.pause();
    const { jobId, videoId } = await bench.submit(long);
    const progress = await bench.follow(videoId);
    const back = delayed();
    await queue.resume();
    t.match(await upload.heard("released"), [{ attempt: 1, detail: "disk full" }]);
    await back;
    await progress.caughtUp();
    t.ok(progress.messages.length > 0);
    t.notOk(progress.messages.some(({ step, step_percent }) => step === "downloading" && step_percent > 0));
    await (await queue.getJob(jobId))?.remove();
    await shutdown.stop("done");
  });

  t.test("no room at all: nothing is taken until there is some", async (t) => {
    upload.applied.length = 0;
    const full = createScratch(disk);
    const tools = { ffmpeg: bench.env.FFMPEG_PATH ?? "", ffprobe: bench.env.FFPROBE_PATH ?? "" };
    t.equal(await findFault(full, tools), null);
    const filler = join(disk, "of-a-third");
    t.throws(() => writeFileSync(filler, Buffer.alloc(statSync(long).size + 600_000)), { code: "ENOSPC" });
    t.match(await findFault(full, tools), /ENOSPC/);
    rmSync(filler);
    t.equal(await findFault(full, tools), null);
  });
});

import { runPrefix } from "@lectern/keys";
import t from "tap";
import { setUp } from "./support/bench.ts";
import { shortLecture } from "./support/sources.ts";

t.test("jobs that cannot end READY, and such that must wait", async (t) => {
  const bench = await setUp(t);
  const { store, tenantId, upload } = bench;
  const lecture = await shortLecture(bench.stack.ffmpeg, bench.dir);
  const { worker } = await bench.worker();
  worker.start();

  /** Resolves with the job's return value once the queue is done with it. */
  const outcomeOf = async (jobId: string): Promise<unknown> => {
    const job = await bench.queue.getJob(jobId);
    return job?.waitUntilFinished(bench.queueEvents);
  };
  t.afterEach(() => {
    upload.override = () => null;
    upload.applied.length = 0;
  });

  t.test("a file that is no medium fails for good, with a code and technical detail", async (t) => {
    const { jobId, videoId } = await bench.submit(Buffer.from("I am the minutes of the last staff meeting.\n"));
    t.equal(await outcomeOf(jobId), "failed");
    const [failed] = await upload.heard("failed");
    // Some ffprobes take any bytes for a format of their own: then it is that format that is not taken.
    t.match(failed, { error_code: /^(SOURCE_UNREADABLE|UNSUPPORTED_FORMAT)$/, detail: String, attempt: 1 });
    t.strictSame(await bench.listed(runPrefix(tenantId, videoId, { generation: 1, attempt: 1 })), []);
  });

  t.test("another file under the same key", async (t) => {
    await bench.queue.pause();
    const { jobId, sourceKey } = await bench.submit(lecture);
    await store.put(sourceKey, Buffer.from("another"), { contentType: "video/mp4" });
    await bench.queue.resume();
    t.equal(await outcomeOf(jobId), "failed");
    t.match(await upload.heard("failed"), [{ error_code: "SOURCE_CHANGED" }]);
  });

  t.test("no file any more", async (t) => {
    await bench.queue.pause();
    const { jobId, sourceKey } = await bench.submit(lecture);
    await store.delete([sourceKey]);
    await bench.queue.resume();
    t.equal(await outcomeOf(jobId), "failed");
    t.match(await upload.heard("failed"), [{ error_code: "SOURCE_MISSING" }]);
  });

  for (const [status, outcome] of [
    [409, "superseded"],
    [410, "deleted"],
  ] as const) {
    t.test(`${status} at the start ends the job without a retry`, async (t) => {
      upload.override = () => status;
      const { jobId, videoId } = await bench.submit(lecture);
      t.equal(await outcomeOf(jobId), outcome);
      t.strictSame(upload.applied, []);
      t.strictSame(await bench.listed(runPrefix(tenantId, videoId, { generation: 1, attempt: 1 })), []);
    });
  }

  t.test("superseded while it worked: nothing becomes playable", async (t) => {
    let asked = 0;
    upload.override = ({ kind }) => {
      if (kind === "video") asked += 1;
      return asked > 1 ? 409 : null;
    };
    const { jobId, videoId } = await bench.submit(lecture);
    t.equal(await outcomeOf(jobId), "superseded");
    const keys = await bench.listed(runPrefix(tenantId, videoId, { generation: 1, attempt: 1 }));
    t.ok(keys.length > 0);
    t.notOk(keys.some((key) => key.endsWith("/master.m3u8")));
    t.notOk(upload.applied.some(({ transition }) => transition !== "processing"));
  });

  t.test("upload-service away for a while delays and no more", async (t) => {
    let refusals = 2;
    upload.override = ({ transition }) => {
      if (transition?.transition !== "ready" || refusals === 0) return null;
      refusals -= 1;
      return 503;
    };
    const { jobId } = await bench.submit(lecture);
    t.equal(await outcomeOf(jobId), "ready");
    t.equal(refusals, 0);
  });

  t.test("away for longer than the patience: the job waits in the queue and nothing was counted", async (t) => {
    await worker.stop();
    const { worker: hasty } = await bench.worker({ PATIENCE_SECONDS: "1" });
    upload.override = ({ kind }) => (kind === "video" ? 503 : null);
    const { jobId } = await bench.submit(lecture);
    const delayed = new Promise((resolve) => bench.queueEvents.once("delayed", resolve));
    hasty.start();
    const [released] = await upload.heard("released");
    t.match(released, { attempt: 1, detail: "passing fault" });
    await delayed;
    t.equal(await (await bench.queue.getJob(jobId))?.getState(), "delayed");
  });
});

import { readFile } from "node:fs/promises";
import { masterPlaylistKey, runPrefix } from "@lectern/keys";
import t, { type Test } from "tap";
import {
  type Fault,
  type SeenRequest,
  startFaultyStore,
} from "../../../packages/object-store/test/support/faulty-store.ts";
import type { Receipt } from "../src/index.ts";
import { type Bench, setUp } from "./support/bench.ts";
import { longLecture } from "./support/sources.ts";

/** A worker before whose store faults can be put; `meets` says which request meets which. */
async function behindFaults(t: Test, bench: Bench, meets: (request: SeenRequest) => Fault | null) {
  const proxy = await startFaultyStore(bench.stack.s3.endpoint);
  proxy.faultOf = meets;
  const process = await bench.worker({ S3_ENDPOINT: proxy.url });
  t.teardown(() => proxy.close());
  return { proxy, ...process };
}

/** A film of more bytes than are on their way to the disk at once, all of which are lost where the line is cut. */
function padded(film: Buffer): Buffer {
  const free = Buffer.alloc(2_000_000);
  free.writeUInt32BE(free.length);
  free.write("free", 4);
  return Buffer.concat([film, free]);
}

/** Every object that the receipt names is in the store as it says. */
async function checkPublished(t: Test, bench: Bench, prefix: string) {
  const answer = await fetch(`${bench.stack.s3.publicReadUrl}${prefix}receipt.json`);
  const receipt = (await answer.json()) as Receipt;
  for (const { key, size } of receipt.objects) t.match(await bench.store.head(key), { kind: "found", size }, key);
  t.equal((await bench.listed(prefix)).length, receipt.objects.length + 1, "and nothing else is there");
}

t.test("the store fails in the middle of a job", async (t) => {
  const bench = await setUp(t);
  const { tenantId, upload } = bench;
  const lecture = padded(await readFile(await longLecture(bench.stack.ffmpeg, bench.dir, 8)));
  const size = lecture.length;
  const isSource = ({ method, path }: SeenRequest) => method === "GET" && path.includes("source");
  const isOutput = ({ method, path }: SeenRequest) => method === "PUT" && path.includes("/g1/");
  t.afterEach(() => {
    upload.applied.length = 0;
  });

  t.test("the download is cut, hangs and is refused: it goes on where it was", async (t) => {
    const faults: Fault[] = [
      { answerBytes: Math.floor(size / 3), end: "cut" },
      { status: 503, retryAfter: 1 },
      { answerBytes: Math.floor(size / 3), end: "cut" },
      { status: 500 },
    ];
    const asked: string[] = [];
    const { shutdown, worker } = await behindFaults(t, bench, (request) => {
      if (!isSource(request)) return null;
      asked.push(request.headers.range ?? "from the start");
      return faults.shift() ?? null;
    });
    const { videoId } = await bench.submit(lecture);
    worker.start();
    await upload.heard("ready");
    const starts = asked.map((range) => Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0));
    t.equal(starts.length, 5);
    t.equal(starts[0], 0);
    // What was on its way to the disk when the line was cut is lost: an answer may bring nothing, but never takes back.
    t.strictSame(
      starts,
      starts.toSorted((one, other) => one - other),
      "what was there is not fetched again",
    );
    t.ok(Number(starts[4]) > 0, "nor all of it");
    await checkPublished(t, bench, runPrefix(tenantId, videoId, { generation: 1, attempt: 1 }));
    await shutdown.stop("done");
  });

  t.test("uploads are refused, cut and answered by half", async (t) => {
    const puts = new Map<string, number>();
    let retried = 0;
    const { proxy, shutdown, worker } = await behindFaults(t, bench, (request) => {
      if (request.method === "GET" && !isSource(request) && retried < 2) {
        retried += 1;
        return { answerBytes: 20, end: "cut" };
      }
      if (!isOutput(request)) return null;
      const before = puts.get(request.path) ?? 0;
      puts.set(request.path, before + 1);
      if (before > 0) return null;
      const kinds: Fault[] = [{ status: 503 }, { status: 429, retryAfter: 1 }, { request: "cut" }, { status: 500 }];
      return kinds[puts.size % kinds.length] ?? null;
    });
    const { videoId } = await bench.submit(lecture);
    worker.start();
    await upload.heard("ready");
    t.ok(
      [...puts.values()].every((count) => count === 2),
      "each is repeated once, by us alone",
    );
    t.ok(proxy.connections() <= 6, `${proxy.connections()} connections are open`);
    await checkPublished(t, bench, runPrefix(tenantId, videoId, { generation: 1, attempt: 1 }));
    await shutdown.stop("done");
  });

  t.test("the store is away from the first segment until the encode is long over", async (t) => {
    let away = true;
    let refused = 0;
    const { shutdown, worker } = await behindFaults(t, bench, (request) => {
      if (!isOutput(request) || !away) return null;
      refused += 1;
      return { request: "cut" };
    });
    const { videoId } = await bench.submit(lecture);
    const progress = await bench.follow(videoId);
    const waiting = progress.until(({ step }) => step === "uploading");
    worker.start();
    await waiting;
    t.ok(refused > 0);
    const run = { generation: 1, attempt: 1 };
    t.strictSame(await bench.listed(runPrefix(tenantId, videoId, run)), []);
    // While it waits, whoever looks on still hears of it.
    const sign = await progress.until(({ step }) => step === "uploading");
    t.ok(sign.percent < 100);
    away = false;
    const [ready] = await upload.heard("ready");
    t.match(ready, { hls_path: masterPlaylistKey(tenantId, videoId, run), attempt: 1 });
    await checkPublished(t, bench, runPrefix(tenantId, videoId, run));
    await shutdown.stop("done");
  });

  t.test("away for longer than the patience: ffmpeg ends, the job goes back, nothing is left", async (t) => {
    const proxy = await startFaultyStore(bench.stack.s3.endpoint);
    t.teardown(() => proxy.close());
    proxy.faultOf = (request) => (isOutput(request) ? { status: 503 } : null);
    const { shutdown, worker } = await bench.worker({
      S3_ENDPOINT: proxy.url,
      PATIENCE_SECONDS: "1",
      X264_PRESET: "slower",
    });
    const { jobId, videoId } = await bench.submit(lecture);
    const delayed = new Promise((resolve) => bench.queueEvents.once("delayed", resolve));
    worker.start();
    t.match(await upload.heard("released"), [{ attempt: 1, detail: "passing fault" }]);
    await delayed;
    t.equal(await (await bench.queue.getJob(jobId))?.getState(), "delayed");
    t.strictSame(await bench.listed(runPrefix(tenantId, videoId, { generation: 1, attempt: 1 })), []);
    await shutdown.stop("done");
    await t.rejects(readFile(`${bench.scratchDir}/source`), { code: "ENOENT" });
    await (await bench.queue.getJob(jobId))?.remove();
  });
});

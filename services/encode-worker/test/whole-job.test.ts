import { masterPlaylistKey, readSnapshots, receiptKey, runPrefix, STEPS, videoRef } from "@lectern/keys";
import HLS from "hls-parser";
import t from "tap";
import type { Receipt } from "../src/index.ts";
import { setUp } from "./support/bench.ts";
import { shortLecture } from "./support/sources.ts";

t.test("a job ends READY, and what it says is what the store holds", async (t) => {
  const bench = await setUp(t);
  const { queueEvents, redis, stack, tenantId, upload } = bench;
  const source = await shortLecture(stack.ffmpeg, bench.dir);
  const { worker } = await bench.worker();
  const { videoId, jobId } = await bench.submit(source);
  const progress = await bench.follow(videoId);
  const completed = new Promise((resolve) => queueEvents.once("completed", resolve));
  worker.start();
  const [ready] = await upload.heard("ready");
  await completed;
  await progress.caughtUp();

  const run = { generation: 1, attempt: 1 };
  const prefix = runPrefix(tenantId, videoId, run);
  t.match(ready, { hls_path: masterPlaylistKey(tenantId, videoId, run), duration: 2, attempt: 1 });
  t.equal((await bench.queue.getJob(jobId))?.returnvalue, "ready");

  const objects = new Map<string, Buffer>();
  for (const key of await bench.listed(prefix)) {
    const answer = await fetch(`${stack.s3.publicReadUrl}${key}`);
    objects.set(key, Buffer.from(await answer.arrayBuffer()));
  }
  const receipt = JSON.parse(String(objects.get(receiptKey(tenantId, videoId, run)))) as Receipt;
  t.strictSame(
    receipt.objects.map(({ key }) => key).sort(),
    [...objects.keys()].filter((key) => key !== receiptKey(tenantId, videoId, run)).sort(),
    "the receipt names every object but itself",
  );
  for (const { key, sha256, size } of receipt.objects) {
    const bytes = objects.get(key) ?? Buffer.alloc(0);
    const digest = Buffer.from(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))).toString("hex");
    t.match({ digest, size: bytes.length }, { digest: sha256, size }, key);
  }

  const master = HLS.parse(String(objects.get(masterPlaylistKey(tenantId, videoId, run))));
  if (!master.isMasterPlaylist) throw new Error("the master is no master playlist");
  t.ok(master.variants.length > 0);
  for (const { uri } of master.variants) {
    const playlist = HLS.parse(String(objects.get(prefix + uri)));
    if (playlist.isMasterPlaylist) throw new Error("a rendition's playlist is a master");
    t.ok(playlist.endlist);
    const base = new URL(prefix + uri, "http://x/");
    for (const segment of playlist.segments) {
      t.ok(objects.has(new URL(segment.uri, base).pathname.slice(1)), `${segment.uri} is in the store`);
    }
  }

  const { messages } = progress;
  t.strictSame(
    [...new Set(messages.map(({ step }) => step))],
    [...STEPS].filter((step) => messages.some((m) => m.step === step)),
  );
  t.equal(messages.at(-1)?.step, "uploading");
  for (const [index, message] of messages.entries()) {
    const before = messages[index - 1];
    if (before === undefined) continue;
    t.ok(message.percent >= before.percent, "the percent never goes back");
    t.ok(message.at - before.at < 1_000, "and is heard of at least once a second");
  }
  const [snapshot] = await readSnapshots(redis, [videoRef(tenantId, videoId)]);
  t.ok(snapshot);
  t.strictSame(await bench.listed(runPrefix(tenantId, videoId, { generation: 1, attempt: 2 })), []);
  t.ok(upload.tokens.every((token) => token.startsWith("Bearer ")));
});

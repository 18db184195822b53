import {
  closeProgress,
  jobRef,
  parseJobId,
  parseVideoId,
  type VideoRef,
  videoRef,
  writeProgress,
  writeStatus,
} from "@lectern/keys";
import t from "tap";
import { startApp } from "./support/app.ts";

const it = await startApp();
t.teardown(it.close);
const UPDATE = {
  percent: 42.5,
  step: "transcoding",
  stepIndex: 4,
  stepTotal: 7,
  stepPercent: 41,
  remainingSeconds: 73,
};
const RUN = { generation: 1, attempt: 1 };
let last = 0;

function nextVideo(): VideoRef {
  last += 1;
  const id = parseVideoId(last);
  if (id === null) throw new Error("id");
  return videoRef(it.tenantId, id);
}

t.test("a video's way from work to READY", async (t) => {
  const video = nextVideo();
  const poll = async () => (await it.get(`/media/videos/${video.videoId}/progress`)).body;
  await writeStatus(it.redis, video, { status: "UPLOADED", generation: 1, version: 2 });
  t.match(await poll(), { status: "UPLOADED", known: true, progress: 0, encoding_progress: null, next_poll_ms: 2000 });
  await writeStatus(it.redis, video, { status: "PROCESSING", generation: 1, version: 3 });
  await writeProgress(it.redis, video, { run: RUN, ...UPDATE });
  t.match(await poll(), {
    status: "PROCESSING",
    progress: 42.5,
    encoding_progress: 42.5,
    encoding_remaining_seconds: 73,
    encoding_step_index: 4,
    encoding_step_name: "transcoding",
    stalled: false,
    next_poll_ms: 1000,
  });
  const hls = { hls_path: "tenants/1/videos/1/g1/a1/master.m3u8", duration: 61 };
  await writeStatus(it.redis, video, { status: "READY", generation: 1, version: 4, ...hls });
  t.match(await poll(), { status: "READY", progress: 100, encoding_progress: null, next_poll_ms: null, ...hls });
});

t.test("a FAILED one keeps its last percent, and its next generation begins at 0", async (t) => {
  const video = nextVideo();
  const poll = async () => (await it.get(`/media/videos/${video.videoId}/progress`)).body;
  await writeProgress(it.redis, video, { run: RUN, ...UPDATE });
  await closeProgress(it.redis, video, RUN);
  await writeStatus(it.redis, video, { status: "FAILED", generation: 1, version: 4, error_code: "CANCELLED" });
  t.match(await poll(), { status: "FAILED", progress: 42.5, encoding_progress: null, error_code: "CANCELLED" });
  await writeStatus(it.redis, video, { status: "PROCESSING", generation: 2, version: 6 });
  t.match(await poll(), { status: "PROCESSING", generation: 2, progress: 0, encoding_progress: 0, error_code: null });
});

t.test("a job of another team's worker, that writes plain hashes", async (t) => {
  const jobId = parseJobId("import-1");
  if (jobId === null) throw new Error("id");
  const job = jobRef(it.tenantId, jobId);
  const poll = async () => (await it.get("/jobs/import-1/progress")).body;
  await writeStatus(it.redis, job, { status: "RUNNING", generation: 1, version: 1, job_type: "import" });
  await it.redis.hset(`tenant:${it.tenantId}:job:import-1:progress`, { percent: 12, step_name_display: "행 읽기" });
  t.match(await poll(), {
    status: "RUNNING",
    job_type: "import",
    progress: { percent: 12, step_index: null, step_name_display: "행 읽기" },
    stalled: false,
  });
  await writeStatus(it.redis, job, {
    status: "DONE",
    generation: 1,
    version: 2,
    job_type: "import",
    result: { rows: 3 },
  });
  t.match(await poll(), { status: "DONE", progress: { percent: 100, step_name_display: null }, result: { rows: 3 } });
  await writeStatus(it.redis, job, { status: "DONE", generation: 2, version: 1, result: "x".repeat(11_000) });
  t.match(await poll(), { status: "DONE", job_type: null, result: null, result_omitted: true });
});

t.test("error_reason by language; the ETag tells the languages apart", async (t) => {
  const video = nextVideo();
  const failed = {
    status: "FAILED",
    generation: 1,
    version: 1,
    error_code: "POISON",
    error_reason: "왜",
    error_reason_en: "why",
  } as const;
  await writeStatus(it.redis, video, failed);
  const poll = (headers: Record<string, string>) => it.get(`/media/videos/${video.videoId}/progress`, headers);
  const korean = await poll({});
  const english = await poll({ "accept-language": "en-GB,en;q=0.9" });
  t.equal(korean.body.error_reason, "왜");
  t.equal(english.body.error_reason, "why");
  t.not(korean.headers.etag, english.headers.etag);
  t.equal(korean.headers.vary, "Accept-Language");
  const crossed = await poll({ "accept-language": "en", "if-none-match": korean.headers.etag ?? "" });
  t.equal(crossed.status, 200);
});

t.test("304 while nothing changed, also where the pace is drawn anew", async (t) => {
  const video = nextVideo();
  const url = `/media/videos/${video.videoId}/progress`;
  await writeStatus(it.redis, video, { status: "PROCESSING", generation: 1, version: 1 });
  await writeProgress(it.redis, video, { run: RUN, ...UPDATE, startedAt: "2026-01-01T00:00:00.000Z" });
  const first = await it.get(url);
  const wait = Number(first.body.next_poll_ms);
  t.ok(wait >= 3000 && wait <= 5000);
  t.equal(first.headers["cache-control"], "private, no-cache");
  const etag = first.headers.etag ?? "";
  for (const tags of [etag, etag.slice(2), `"other", ${etag}`, "*"]) {
    const again = await it.get(url, { "if-none-match": tags });
    t.equal(again.status, 304, tags);
    t.equal(again.text, "");
    t.equal(again.headers.etag, etag);
    t.equal(again.headers.vary, "Accept-Language");
    t.equal(again.headers["cache-control"], "private, no-cache");
  }
  t.equal((await it.get(url, { "if-none-match": '"other"' })).status, 200);
  await writeProgress(it.redis, video, { run: RUN, ...UPDATE, percent: 43 });
  t.equal((await it.get(url, { "if-none-match": etag })).status, 200, "changed");
});

t.test("a batch: in the order asked, repeated ids too, with an ETag of its own", async (t) => {
  const [a, b] = [nextVideo(), nextVideo()];
  await writeStatus(it.redis, a, { status: "READY", generation: 1, version: 1 });
  await writeStatus(it.redis, b, { status: "PROCESSING", generation: 1, version: 1 });
  const ids = [b.videoId, 999_999, a.videoId, b.videoId];
  const { status, entries, headers } = await it.get(`/media/videos/progress/?ids=${ids.join()}`);
  t.equal(status, 200);
  t.strictSame(
    entries.map(({ id }) => id),
    ids,
  );
  t.strictSame(
    entries.map(({ status }) => status),
    ["PROCESSING", "PENDING", "READY", "PROCESSING"],
  );
  const again = await it.get(`/media/videos/progress/?ids=${ids.join()}`, { "if-none-match": headers.etag ?? "" });
  t.equal(again.status, 304);
  const single = await it.get(`/media/videos/${a.videoId}/progress`);
  t.strictSame(entries[2], single.body, "an entry is what the single route says");
});

import { jobRef, legacyProgressKey, parseJobId, parseVideoId, progressKey, statusKey, videoRef } from "@lectern/keys";
import t from "tap";
import { ask, someTenant, startApp } from "./support/app.ts";
import { bearerOf } from "./support/tokens.ts";

const VIDEO_DEFAULT = { status: "PENDING", known: false, progress: 0, generation: null, next_poll_ms: 2000 };
const JOB_DEFAULT = { status: "UNKNOWN", known: false, progress: null, generation: null, next_poll_ms: 2000 };

const it = await startApp();
t.teardown(it.close);
const videoId = parseVideoId(7);
const jobId = parseJobId("import-1");
if (videoId === null || jobId === null) throw new Error("ids");
const video = videoRef(it.tenantId, videoId);
const job = jobRef(it.tenantId, jobId);

t.test("nothing in Redis: the default", async (t) => {
  const one = await it.get("/api/v1/media/videos/7/progress/");
  t.equal(one.status, 200);
  t.match(one.body, { id: 7, ...VIDEO_DEFAULT });
  const other = await it.get("/api/v1/jobs/import-1/progress/");
  t.equal(other.status, 200);
  t.match(other.body, { job_id: "import-1", ...JOB_DEFAULT });
});

t.test("the same routes without the prefix, and without the final slash", async (t) => {
  for (const path of ["/media/videos/7/progress", "/media/videos/progress?ids=7", "/jobs/import-1/progress"])
    for (const prefix of ["", "/api/v1"])
      for (const url of [`${prefix}${path}`, `${prefix}${path.replace(/progress(\?|$)/, "progress/$1")}`])
        t.equal((await it.get(url)).status, 200, url);
});

t.test("progress alone says nothing: no status, no answer", async (t) => {
  await it.redis.hset(progressKey(video), { percent: 50, generation: 1 });
  t.match((await it.get("/media/videos/7/progress")).body, VIDEO_DEFAULT);
  await it.redis.del(progressKey(video));
});

const TEXTS = [
  "",
  "no JSON",
  "[]",
  "7",
  "null",
  '"READY"',
  "{}",
  '{"status":7}',
  '{"status":"READ',
  '{"status":"DELETED"}',
  "\xff\x00",
];

t.test("text that is no status: the default", async (t) => {
  for (const text of TEXTS) {
    await it.redis.mset(statusKey(video), text, statusKey(job), text);
    t.match((await it.get("/media/videos/7/progress")).body, VIDEO_DEFAULT, JSON.stringify(text));
    t.match((await it.get("/jobs/import-1/progress")).body, JOB_DEFAULT, JSON.stringify(text));
  }
});

t.test("keys of any other type: the default, and progress as if it were not there", async (t) => {
  const puts: Record<string, (key: string) => Promise<unknown>> = {
    list: (key) => it.redis.rpush(key, "a"),
    set: (key) => it.redis.sadd(key, "a"),
    "sorted set": (key) => it.redis.zadd(key, 1, "a"),
    stream: (key) => it.redis.xadd(key, "*", "a", "b"),
    hash: (key) => it.redis.hset(key, "a", "b"),
    string: (key) => it.redis.set(key, "no JSON"),
  };
  for (const [type, put] of Object.entries(puts)) {
    await it.redis.del(statusKey(video), progressKey(video));
    await put(statusKey(video));
    await put(progressKey(video));
    t.match((await it.get("/media/videos/7/progress")).body, VIDEO_DEFAULT, type);
    await it.redis.set(statusKey(video), '{"status":"PROCESSING","generation":1,"version":1}');
    t.match((await it.get("/media/videos/7/progress")).body, { status: "PROCESSING", known: true, progress: 0 }, type);
  }
  await it.redis.del(statusKey(video), progressKey(video));
});

t.test("a result nested deeper than can be written: the default, not a 500", async (t) => {
  const depth = 50_000;
  await it.redis.set(
    statusKey(job),
    `{"status":"DONE","generation":1,"result":${"[".repeat(depth)}${"]".repeat(depth)}}`,
  );
  const { status, body } = await it.get("/jobs/import-1/progress");
  t.equal(status, 200);
  t.match(body, JOB_DEFAULT);
  await it.redis.del(statusKey(job));
});

t.test("what old writers left: progress as a JSON string, and keys without a tenant", async (t) => {
  await it.redis.set(statusKey(video), '{"status":"PROCESSING"}');
  await it.redis.set(progressKey(video), '{"percent":31,"step":"transcoding"}');
  t.match((await it.get("/media/videos/7/progress")).body, { progress: 31, encoding_step_name: "transcoding" });
  await it.redis.del(progressKey(video));
  await it.redis.set(legacyProgressKey(video), `{"percent":33,"tenant_id":${it.tenantId}}`);
  t.match((await it.get("/media/videos/7/progress")).body, { progress: 33 });
  await it.redis.set(statusKey(video), '{"status":"PROCESSING","generation":1,"version":1}');
  t.match((await it.get("/media/videos/7/progress")).body, { progress: 0 }, "not beside a status with a generation");
  await it.redis.del(statusKey(video), legacyProgressKey(video));
});

t.test("another tenant's video is as one that does not exist", async (t) => {
  await it.redis.set(statusKey(video), '{"status":"READY","generation":1,"version":3,"hls_path":"secret"}');
  await it.redis.set(statusKey(job), '{"status":"DONE","generation":1,"version":3,"result":"secret"}');
  t.equal((await it.get("/media/videos/7/progress")).body.status, "READY");
  const stranger = await bearerOf(someTenant());
  for (const path of ["/media/videos/ID/progress", "/media/videos/progress?ids=ID", "/jobs/ID/progress"]) {
    const [there, missing] = path.startsWith("/jobs") ? ["import-1", "import-2"] : ["7", "8"];
    const foreign = await ask(it.app, path.replace("ID", there), stranger);
    const absent = await ask(it.app, path.replace("ID", missing), stranger);
    t.equal(foreign.text.replaceAll(there, "x"), absent.text.replaceAll(missing, "x"), path);
    t.equal(foreign.status, absent.status);
    t.strictSame(Object.keys(foreign.headers), Object.keys(absent.headers));
  }
});

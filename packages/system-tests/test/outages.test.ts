import type { JobProgress, VideoProgress } from "@lectern/contracts";
import {
  jobRef,
  legacyProgressKey,
  parseJobId,
  parseTenantId,
  parseVideoId,
  progressKey,
  statusKey,
  videoRef,
} from "@lectern/keys";
import { randomTenant } from "@lectern/local-stack";
import { Redis } from "ioredis";
import t, { type Test } from "tap";
import { type Answer, type Client, signIn } from "../src/client.ts";
import { film } from "../src/films.ts";
import { startSystem } from "./support/system.ts";
import { watch } from "./support/watch.ts";

const [system, lecture] = await Promise.all([startSystem(t), film(3)]);
const { teacher } = system;
const processes = system.processes();

const tenantId = parseTenantId(teacher.tenant);
const videoId = parseVideoId(4711);
const jobId = parseJobId("import-4711");
if (tenantId === null || videoId === null || jobId === null) throw new Error("ids that are none");

const DEFAULT_VIDEO = { status: "PENDING", known: false, progress: 0, hls_path: null, error_reason: null } as const;
const DEFAULT_JOB = { status: "UNKNOWN", known: false, progress: null } as const;

/** 200, the default, and the header without which a browser shows the page nothing. */
function isDefault(
  t: Test,
  video: Answer<VideoProgress>,
  batch: Answer<VideoProgress[]>,
  job: Answer<JobProgress>,
): void {
  for (const { status, headers } of [video, batch, job])
    t.same([status, headers.get("access-control-allow-origin")], [200, "*"]);
  t.match(video.body, DEFAULT_VIDEO);
  t.match(batch.body, [DEFAULT_VIDEO, DEFAULT_VIDEO]);
  t.match(job.body, DEFAULT_JOB);
}

async function pollsAreDefault(t: Test, client: Client, video: number, job: string): Promise<void> {
  isDefault(
    t,
    await client.videoProgress(video),
    await client.batchProgress([video, video + 1]),
    await client.jobProgress(job),
  );
}

t.test("before anything is written", (t) => pollsAreDefault(t, teacher, videoId, jobId));

t.test("garbage in every key", async (t) => {
  const redis = new Redis(system.redis.url);
  t.teardown(() => redis.disconnect());
  const plant: Record<string, (key: string) => Promise<unknown>> = {
    "no text": (key) => redis.set(key, Buffer.from([0xff, 0x00, 0xc3, 0x28])),
    nothing: (key) => redis.set(key, ""),
    "broken JSON": (key) => redis.set(key, '{"status":"READY"'),
    "JSON that is no object": (key) => redis.set(key, '["READY"]'),
    "an unknown status": (key) => redis.set(key, '{"status":"ASLEEP","percent":"many"}'),
    "a hash": (key) => redis.hset(key, { percent: "NaN", generation: "-1", step_index: "x" }),
    "a list": (key) => redis.rpush(key, "READY"),
    "a set": (key) => redis.sadd(key, "READY"),
    "a sorted set": (key) => redis.zadd(key, 1, "READY"),
    "a stream": (key) => redis.xadd(key, "*", "status", "READY"),
    "a HyperLogLog": (key) => redis.pfadd(key, "READY"),
  };
  const keys = [videoRef(tenantId, videoId), jobRef(tenantId, jobId)].flatMap((subject) => [
    statusKey(subject),
    progressKey(subject),
    legacyProgressKey(subject),
  ]);
  for (const [what, write] of Object.entries(plant)) {
    await redis.del(keys);
    await Promise.all(keys.map(write));
    await t.test(what, (t) => pollsAreDefault(t, teacher, videoId, jobId));
  }
  await redis.del(keys);
});

t.test("another academy's video", async (t) => {
  const id = await teacher.upload(lecture);
  const changes = await watch(t, system, teacher);
  t.equal((await teacher.complete(id)).status, 200);
  await changes.untilFinal(() => teacher.videoProgress(id));
  const stranger = await signIn(system, randomTenant());
  await pollsAreDefault(t, stranger, id, `video-${id}-g1`);
});

t.test("Redis down: polls go on, and an upload that is confirmed meanwhile is encoded once it is back", async (t) => {
  const id = await teacher.upload(lecture);
  const changes = await watch(t, system, teacher);
  await system.redis.stop();

  await pollsAreDefault(t, teacher, id, `video-${id}-g1`);
  const refused = await teacher.complete(id);
  t.match(refused, { status: 503, body: { code: "VIDEO_UPLOAD_ENQUEUE_FAILED", current_status: "UPLOADED" } });
  t.ok(refused.headers.get("retry-after"));
  t.equal(refused.headers.get("access-control-allow-origin"), "*");
  t.match((await teacher.video(id)).body, { status: "UPLOADED", generation: 1 });

  await system.redis.start();
  const views = await changes.untilFinal(() => teacher.videoProgress(id));
  t.match(views.at(-1), { status: "READY", progress: 100, generation: 1 });
  const jobViews = await changes.untilFinal(() => teacher.jobProgress(`video-${id}-g1`));
  t.match(jobViews.at(-1), { status: "DONE" });
});

t.test("every process is the one that it was at the start", async (t) => {
  t.same(system.processes(), processes);
  t.same(system.restarts, []);
});

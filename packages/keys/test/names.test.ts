import fc from "fast-check";
import t from "tap";
import {
  encodeJobId,
  eventsChannel,
  legacyProgressKey,
  masterPlaylistKey,
  parseEncodeJobId,
  progressKey,
  receiptKey,
  runOfObjectKey,
  runPrefix,
  type Subject,
  sourceObjectKey,
  statusKey,
  subjectName,
  subjectNameOf,
  tenantEventsChannel,
  videoPrefix,
} from "../src/index.ts";
import { aJob, aVideo, tenant } from "./support/subjects.ts";

t.test("names in Redis", async (t) => {
  const video = aVideo(3, 7);
  t.equal(statusKey(video), "tenant:3:video:7:status");
  t.equal(progressKey(video), "tenant:3:video:7:progress");
  t.equal(eventsChannel(video), "tenant:3:video:7:events");
  t.equal(legacyProgressKey(video), "job:video:7:progress");
  const job = aJob(3, "import-1");
  t.equal(statusKey(job), "tenant:3:job:import-1:status");
  t.equal(progressKey(job), "tenant:3:job:import-1:progress");
  t.equal(eventsChannel(job), "tenant:3:job:import-1:events");
  t.equal(legacyProgressKey(job), "job:import-1:progress");
  t.equal(tenantEventsChannel(tenant(3)), "tenant:3:events");
  for (const subject of [video, job])
    for (const key of [statusKey(subject), progressKey(subject)]) t.equal(subjectNameOf(key), subjectName(subject));
  for (const other of ["", "text", ":"]) t.equal(subjectNameOf(other), "");
});

t.test("no two subjects share a name", async () => {
  // Few and short values, so that collisions would be met if there could be any.
  const id = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
  const digits = id.map(String);
  const words = fc.stringMatching(/^[a-z0-9_-]{1,5}$/);
  const jobId = fc.oneof(digits, words, fc.constantFrom("video", "job", "status", "events", "tenant"));
  const subject: fc.Arbitrary<Subject> = fc.oneof(
    fc.tuple(id, id).map(([tenantId, videoId]) => aVideo(tenantId, videoId)),
    fc.tuple(id, jobId).map(([tenantId, own]) => aJob(tenantId, own)),
  );
  const identity = (s: Subject): string =>
    JSON.stringify([s.kind, s.tenantId, s.kind === "video" ? s.videoId : s.jobId]);
  const names = (s: Subject): string[] => [
    statusKey(s),
    progressKey(s),
    eventsChannel(s),
    tenantEventsChannel(s.tenantId),
    legacyProgressKey(s),
  ];
  fc.assert(
    fc.property(subject, subject, (a, b) => {
      if (new Set(names(a)).size !== 5) return false;
      if (identity(a) === identity(b)) return names(a).join() === names(b).join();
      // The tenant's channel and the old keys are shared by design: the one within a tenant, the others across them.
      const ofB = new Set(names(b));
      return names(a)
        .slice(0, 3)
        .every((name) => !ofB.has(name));
    }),
    { numRuns: 5000 },
  );
});

t.test("names in the object store", async (t) => {
  const { tenantId, videoId } = aVideo(3, 7);
  const run = { generation: 2, attempt: 5 };
  t.equal(videoPrefix(tenantId, videoId), "tenants/3/videos/7/");
  t.equal(sourceObjectKey(tenantId, videoId), "tenants/3/videos/7/source");
  t.equal(runPrefix(tenantId, videoId, run), "tenants/3/videos/7/g2/a5/");
  t.equal(masterPlaylistKey(tenantId, videoId, run), "tenants/3/videos/7/g2/a5/master.m3u8");
  t.equal(receiptKey(tenantId, videoId, run), "tenants/3/videos/7/g2/a5/receipt.json");
  t.same(runOfObjectKey(receiptKey(tenantId, videoId, run)), run);
  t.same(runOfObjectKey("tenants/3/videos/7/g2/a5/v720/init.mp4"), run);
  for (const none of [
    "tenants/3/videos/7/source",
    "tenants/3/videos/7/g2/a05/x",
    "tenants/3/videos/7/g2/",
    "x/tenants/3/videos/7/g2/a5/x",
  ])
    t.equal(runOfObjectKey(none), null, none);
  for (const bad of [
    { generation: 1.5, attempt: 1 },
    { generation: 1, attempt: -1 },
    { generation: Number.NaN, attempt: 1 },
  ]) {
    t.throws(() => runPrefix(tenantId, videoId, bad), { code: "KEYS_INVALID_ARGUMENT" });
  }
});

t.test("the queue's job id", async (t) => {
  const { videoId } = aVideo(1, Number.MAX_SAFE_INTEGER);
  const id = encodeJobId(videoId, Number.MAX_SAFE_INTEGER);
  t.ok(id.length <= 64);
  t.notMatch(id, /:/);
  t.strictSame(parseEncodeJobId(id), { videoId, generation: Number.MAX_SAFE_INTEGER });
  t.equal(encodeJobId(aVideo(1, 7).videoId, 1), "video-7-g1");
  t.throws(() => encodeJobId(videoId, 0), { code: "KEYS_INVALID_ARGUMENT" });
  for (const other of ["", "video-7", "video-7-g0", "video-07-g1", "video-7-g01", "xvideo-7-g1", "video-7-g1x", "7"]) {
    t.equal(parseEncodeJobId(other), null);
  }
});

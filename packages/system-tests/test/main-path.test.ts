import type { JobProgress, VideoProgress } from "@lectern/contracts";
import {
  encodeJobId,
  masterPlaylistKey,
  parseTenantId,
  parseVideoId,
  receiptKey,
  runPrefix,
  STEPS,
} from "@lectern/keys";
import t from "tap";
import { signIn } from "../src/client.ts";
import { film } from "../src/films.ts";
import { namedIn, storeOf } from "./support/published.ts";
import { startSystem } from "./support/system.ts";
import { watch } from "./support/watch.ts";

const SECONDS = 3;
const ENGLISH = /^[A-Z][\x20-\x7e]+\.$/;
const [system, lecture] = await Promise.all([startSystem(t), film(SECONDS)]);
const { teacher } = system;

function neverGoesBack(percents: readonly number[]): boolean {
  return percents.every((percent, index) => percent >= (percents[index - 1] ?? 0));
}

t.test("a lecture goes in, an HLS stream comes out, and everyone can see how far it is", async (t) => {
  const changes = await watch(t, system, teacher);
  const created = await teacher.create({ size: lecture.byteLength });
  t.equal(created.status, 201);
  const { id, upload } = created.body;
  const [tenantId, videoId] = [parseTenantId(teacher.tenant), parseVideoId(id)];
  if (tenantId === null || videoId === null) throw new Error("ids that are none");
  t.match((await teacher.videoProgress(id)).body, { status: "PENDING", known: false, progress: 0 });
  t.equal(await teacher.put(upload, lecture), 200);
  const confirmed = await teacher.complete(id);
  t.match(confirmed, { status: 200, body: { status: "UPLOADED", job_id: encodeJobId(videoId, 1) } });

  const [videoViews, jobViews] = await Promise.all([
    changes.untilFinal(() => teacher.videoProgress(id)),
    changes.untilFinal(() => teacher.jobProgress(encodeJobId(videoId, 1))),
  ]);

  await t.test("progress", async (t) => {
    t.ok(neverGoesBack(videoViews.map(({ progress }) => progress)), "the video's percent never goes back");
    t.ok(neverGoesBack(jobViews.map(({ progress }) => progress?.percent ?? 0)), "nor does the job's");
    const atWork = videoViews.filter(({ status }) => status === "PROCESSING");
    t.ok(atWork.length > 2, `it was seen at work (${atWork.length} answers)`);
    for (const view of atWork) t.equal(view.encoding_progress, view.progress);
    const named = atWork.filter(({ encoding_step_name }) => encoding_step_name !== null);
    for (const { encoding_step_name, encoding_step_index, encoding_step_total } of named)
      t.same([STEPS[(encoding_step_index ?? 0) - 1], STEPS.length], [encoding_step_name, encoding_step_total]);
    const steps = atWork.flatMap(({ encoding_step_index }) => encoding_step_index ?? []);
    t.ok(neverGoesBack(steps), "the steps come in their order");
    const order: readonly VideoProgress["status"][] = ["PENDING", "UPLOADED", "PROCESSING", "READY"];
    t.ok(neverGoesBack(videoViews.map(({ status }) => order.indexOf(status))), "and so do the states");
    const jobOrder: readonly JobProgress["status"][] = ["UNKNOWN", "PENDING", "RUNNING", "DONE"];
    t.ok(neverGoesBack(jobViews.map(({ status }) => jobOrder.indexOf(status))));
  });

  const run = { generation: 1, attempt: 1 };
  const master = masterPlaylistKey(tenantId, videoId, run);
  t.match(videoViews.at(-1), {
    status: "READY",
    known: true,
    progress: 100,
    encoding_progress: null,
    hls_path: master,
    duration: SECONDS,
    next_poll_ms: null,
  });
  t.match(jobViews.at(-1), { status: "DONE", job_type: "video_encode", progress: { percent: 100, step_index: null } });
  const detail = { status: "READY", hls_path: master, duration: SECONDS, error_code: null, generation: 1, attempt: 1 };
  t.match((await teacher.video(id)).body, detail);
  const job = await teacher.job(encodeJobId(videoId, 1));
  t.match(job.body, { status: "DONE", video_id: id, result: { hls_path: master } });
  t.same(jobViews.at(-1)?.result, job.body.result, "the result in Redis is the database's");

  await t.test("what was published", async (t) => {
    const store = storeOf(t, system);
    const receipt = JSON.parse((await store.read(receiptKey(tenantId, videoId, run))).text) as {
      objects: { key: string; size: number; sha256: string }[];
    };
    for (const { key, size, sha256 } of receipt.objects) t.match(await store.read(key), { size, sha256 }, key);
    const listed = [...receipt.objects.map(({ key }) => key), receiptKey(tenantId, videoId, run)];
    t.same(await store.keysBelow(runPrefix(tenantId, videoId, run)), listed.sort(), "nothing else is there");

    const playlists = namedIn((await store.read(master)).text, master);
    t.ok(playlists.length >= 2, "sound is a rendition of its own");
    for (const playlist of playlists) {
      const named = namedIn((await store.read(playlist)).text, playlist);
      t.ok(named.length >= 2, `${playlist} has its header and segments`);
      t.same(
        named.filter((key) => !listed.includes(key)),
        [],
        "and all of them are in the receipt",
      );
    }
  });

  await t.test("another academy sees none of it", async (t) => {
    const stranger = await signIn(system, teacher.tenant + 1);
    const { body } = await stranger.videoProgress(id);
    t.match(body, { id, status: "PENDING", known: false, progress: 0, hls_path: null });
    t.match((await stranger.jobProgress(encodeJobId(videoId, 1))).body, { status: "UNKNOWN", known: false });
    t.equal((await stranger.video(id)).status, 404);
    t.equal((await stranger.complete(id)).status, 404);
  });
});

t.test("a text file is refused at once, with a sentence for a teacher", async (t) => {
  const id = await teacher.upload(Buffer.from("These are only my notes on the lecture.\n".repeat(50)));
  const refused = await teacher.complete(id);
  t.match(refused, { status: 422, body: { code: "SOURCE_UNREADABLE", error_reason: /[가-힣]/, detail: ENGLISH } });
  t.match((await teacher.videoProgress(id)).body, { status: "PENDING", progress: 0 });
});

t.test("a file that was cut short is FAILED, never a shorter READY", async (t) => {
  const changes = await watch(t, system, teacher);
  const id = await teacher.upload(lecture.subarray(0, lecture.byteLength / 2));
  t.equal((await teacher.complete(id)).status, 200, "its index is whole, so only the worker can tell");
  const last = (await changes.untilFinal(() => teacher.videoProgress(id))).at(-1);
  t.match(last, { status: "FAILED", error_code: "SOURCE_INCOMPLETE", error_reason: /[가-힣]/, hls_path: null });
  t.ok((last?.progress ?? 100) < 100);
  const english = await teacher.videoProgress(id, "en-GB");
  t.match(english.body, { error_code: "SOURCE_INCOMPLETE", error_reason: ENGLISH });
  t.match(english.headers.get("vary"), /Accept-Language/);
  t.match((await teacher.video(id, "en")).body, { status: "FAILED", error_reason: english.body.error_reason });
  t.match((await teacher.job(`video-${id}-g1`)).body, { status: "FAILED", error_message: /^.*file ends at.*$/ });
});

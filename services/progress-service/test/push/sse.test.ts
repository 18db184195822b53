import { jobRef, progressKey, writeStatus } from "@lectern/keys";
import t from "tap";
import { bearerOf, job, openSse, processing, progressTo, ready, startLive, video } from "../support/streams.ts";

const ORIGIN = "https://academy.example";

t.test("the present state at once, each change, the final state, and the end", async (t) => {
  const it = await startLive(t);
  const user = await bearerOf(it.tenantId);
  const subject = video(it.tenantId, 7);
  const stream = await openSse(t, `${it.url}/api/v1/media/videos/7/progress/stream`, { ...user, origin: ORIGIN });
  t.equal(stream.status, 200);
  t.match(stream.headers, {
    "content-type": /^text\/event-stream/,
    "cache-control": /no-cache/,
    "access-control-allow-origin": "*",
    vary: /Accept-Language/,
  });
  const first = await stream.next();
  t.match(first, { event: "message", id: /^0\.0\.\d+$/, data: { id: 7, status: "PENDING", known: false } });
  t.match(stream.text(), /^retry: \d+\n\n/, "when to come back");

  await processing(it.redis, subject);
  const second = await stream.until("message", { status: "PROCESSING" });
  t.match(second.id, /^1\.2\.\d+$/);
  await progressTo(it.redis, subject, 12.5);
  t.equal((await stream.until("message", { progress: 12.5 })).data.encoding_step_name, "transcoding");
  // Another team's worker: nothing is published.
  await it.redis.hset(progressKey(subject), { percent: 40 });
  await stream.until("message", { progress: 40 });
  await ready(it.redis, subject);
  const last = await stream.until("message", { status: "READY" });
  t.match(last.data, { progress: 100, hls_path: "master.m3u8", next_poll_ms: null });
  t.match(await stream.next(), { event: "end" });
  t.equal(await stream.next(), null, "and it is over");

  const again = (lastId: string) =>
    openSse(t, `${it.url}/media/videos/7/progress/stream/`, { ...user, origin: ORIGIN, "last-event-id": lastId });
  const over = await again(last.id ?? "");
  t.equal(over.status, 204, "an EventSource that comes back with it stops");
  t.equal(over.headers["access-control-allow-origin"], "*");
  const behind = await again(second.id ?? "");
  t.match(await behind.next(), { event: "message", data: { status: "READY" } }, "who is behind gets the present state");
  const stranger = await openSse(t, `${it.url}/media/videos/7/progress/stream`, await bearerOf(it.tenantId + 1));
  t.match((await stranger.next())?.data, { status: "PENDING", known: false, progress: 0 });
});

t.test("a job, with every spelling of the route", async (t) => {
  const it = await startLive(t);
  const user = await bearerOf(it.tenantId);
  const paths = ["/api/v1/jobs/a/progress/stream", "/api/v1/jobs/a/progress/stream/", "/jobs/a/progress/stream/"];
  const streams = await Promise.all(paths.map((path) => openSse(t, it.url + path, user)));
  for (const stream of streams) t.match((await stream.next())?.data, { job_id: "a", status: "UNKNOWN" });
  await writeStatus(it.redis, jobRef(it.tenantId, job("a")), {
    status: "DONE",
    generation: 1,
    version: 2,
    job_type: "import",
    result: { rows: 3 },
  });
  for (const stream of streams) {
    t.match((await stream.until("message", { status: "DONE" })).data, { result: { rows: 3 } });
    t.match(await stream.next(), { event: "end" });
  }
});

t.test("many changes: at most four a second, and the last is always sent", async (t) => {
  const it = await startLive(t);
  const subject = video(it.tenantId, 7);
  await processing(it.redis, subject);
  const stream = await openSse(t, `${it.url}/media/videos/7/progress/stream`, await bearerOf(it.tenantId));
  await stream.next();
  const began = performance.now();
  let [percent, count, last] = [0, 0, false];
  const changing = (async () => {
    // A change after the other, until enough of them were shown to see the pace.
    while (count < 4) {
      percent += 0.01;
      await progressTo(it.redis, subject, percent);
      await it.changes.confirm();
    }
    await progressTo(it.redis, subject, 90);
  })();
  while (!last) {
    const event = await stream.next();
    if (event === null) throw new Error("the stream has ended");
    count += 1;
    last = event.data.progress === 90;
  }
  await changing;
  const took = performance.now() - began;
  t.ok(count <= 2 + took / 250, `${count} states in ${Math.round(took)} ms`);
  t.match((await it.getNow("/metrics")).text, /progress_changes_coalesced_total [1-9]/);
});

t.test("a reason in the language of the client", async (t) => {
  const it = await startLive(t);
  const user = await bearerOf(it.tenantId);
  const url = `${it.url}/media/videos/7/progress/stream`;
  const [korean, english] = await Promise.all([
    openSse(t, url, user),
    openSse(t, url, { ...user, "accept-language": "en" }),
  ]);
  await writeStatus(it.redis, video(it.tenantId, 7), {
    status: "FAILED",
    generation: 1,
    version: 2,
    error_code: "CANCELLED",
    error_reason: "취소",
    error_reason_en: "cancelled",
  });
  t.equal((await korean.until("message", { status: "FAILED" })).data.error_reason, "취소");
  t.equal((await english.until("message", { status: "FAILED" })).data.error_reason, "cancelled");
});

t.test("what is refused is refused as by the polls, with CORS", async (t) => {
  const it = await startLive(t);
  const user = await bearerOf(it.tenantId);
  const expected: [string, Record<string, string>, number, string][] = [
    ["/media/videos/x/progress/stream", user, 400, "MALFORMED_ID"],
    ["/jobs/a.b/progress/stream", user, 400, "MALFORMED_ID"],
    ["/media/videos/7/progress/stream", {}, 401, "UNAUTHENTICATED"],
    ["/progress/stream?scope=world", user, 400, "VALIDATION_FAILED"],
    ["/progress/stream", user, 400, "VALIDATION_FAILED"],
    ["/progress/ws", user, 426, "UPGRADE_REQUIRED"],
  ];
  for (const [path, headers, status, code] of expected) {
    const answer = await fetch(it.url + path, { headers: { ...headers, origin: ORIGIN } });
    t.equal(answer.status, status, path);
    t.equal(answer.headers.get("access-control-allow-origin"), "*");
    t.match(await answer.json(), { code });
  }
});

t.test("clients that leave are forgotten", async (t) => {
  const it = await startLive(t);
  const user = await bearerOf(it.tenantId);
  const stream = await openSse(t, `${it.url}/media/videos/7/progress/stream`, user);
  await stream.next();
  t.match((await it.getNow("/metrics")).text, /progress_streams_open\{kind="sse"\} 1/);
  stream.close();
  while (!/progress_streams_open\{kind="sse"\} 0/.test((await it.getNow("/metrics")).text))
    await new Promise(setImmediate);
  t.match((await it.getNow("/metrics")).text, /progress_subjects_followed 0/);
});

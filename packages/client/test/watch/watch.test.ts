import { parseTenantId, parseVideoId, videoRef, writeProgress, writeStatus } from "@lectern/keys";
import { Redis } from "ioredis";
import t from "tap";
import type { VideoProgress, Watch, WatchState } from "../../src/index.ts";
import { watchedFetch } from "../support/faulty-fetch.ts";
import { lecture } from "../support/lecture.ts";
import { startClientSystem } from "../support/system.ts";

const [system, small] = await Promise.all([startClientSystem(t), lecture(0)]);
const redis = new Redis(system.redis.url);
t.teardown(() => redis.disconnect());

const run = { generation: 1, attempt: 1 };
const [tenant, base] = [parseTenantId(system.tenant), 1_000_000];
let next = base;

/** A video that only Redis knows, at work. */
async function atWork() {
  next += 1;
  const id = parseVideoId(next);
  if (tenant === null || id === null) throw new Error("no id");
  const ref = videoRef(tenant, id);
  await writeStatus(redis, ref, { status: "PROCESSING", generation: 1, version: 2 });
  const to = (percent: number) =>
    writeProgress(redis, ref, {
      run,
      percent,
      step: "transcoding",
      stepIndex: 4,
      stepTotal: 7,
      stepPercent: 1,
      remainingSeconds: 9,
    });
  const ready = () =>
    writeStatus(redis, ref, { status: "READY", generation: 1, version: 3, hls_path: "a.m3u8", duration: 3 });
  await to(10);
  return { id: next, to, ready };
}

function when(watch: Watch<VideoProgress>, isSo: (state: WatchState<VideoProgress>) => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (isSo(watch.state)) return resolve();
    const stop = watch.subscribe((state) => {
      if (!isSo(state)) return;
      stop();
      resolve();
    });
  });
}

t.test("many videos on one WebSocket; each ends at its final state", async (t) => {
  const { fetch, seen } = watchedFetch();
  const client = system.client({ fetch });
  const videos = await Promise.all([atWork(), atWork(), atWork()]);
  const watches = videos.map(({ id }) => client.watch(id));
  await Promise.all(
    watches.map((watch) =>
      when(watch, ({ connection, progress }) => connection === "push" && progress?.progress === 10),
    ),
  );
  const polls = seen.filter(({ url }) => url.pathname.endsWith("/progress/")).length;
  const followed = watches.map(async (watch) => {
    const percents: number[] = [];
    // Other fields change too, such as how soon to ask again.
    for await (const { progress } of watch) if (progress !== percents.at(-1)) percents.push(progress);
    return percents;
  });
  await Promise.all(videos.map(({ to }) => to(55)));
  await Promise.all(watches.map((watch) => when(watch, ({ progress }) => progress?.progress === 55)));
  await Promise.all(videos.map(({ ready }) => ready()));
  for (const percents of await Promise.all(followed)) t.strictSame(percents, [10, 55, 100]);
  t.equal(seen.filter(({ url }) => url.pathname.endsWith("/tickets")).length, 1);
  t.equal(seen.filter(({ url }) => url.pathname.endsWith("/progress/")).length, polls, "pushed, it does not poll");
});

t.test("where no WebSocket is let through it polls, all in one request", async (t) => {
  const { fetch, seen } = watchedFetch(({ url }) =>
    url.pathname.endsWith("/tickets") ? new Response("{}", { status: 503 }) : null,
  );
  const client = system.client({ fetch });
  const videos = await Promise.all([atWork(), atWork()]);
  const watches = videos.map(({ id }) => client.watch(id));
  await Promise.all(watches.map((watch) => when(watch, ({ progress }) => progress?.progress === 10)));
  await Promise.all(videos.map(({ ready }) => ready()));
  await Promise.all(watches.map((watch) => when(watch, ({ progress }) => progress?.status === "READY")));
  const polls = () => seen.flatMap(({ url }) => url.searchParams.get("ids") ?? []);
  t.match(new Set(polls()[0]?.split(",")), new Set(videos.map(({ id }) => String(id))));
  const before = polls().length;
  const third = await atWork();
  const last = client.watch(third.id);
  await when(last, ({ progress }) => progress?.progress === 10);
  await third.ready();
  await when(last, ({ progress }) => progress?.status === "READY");
  t.ok(polls().length >= before + 2);
  t.ok(
    polls()
      .slice(before)
      .every((ids) => ids === String(third.id)),
    "what is final is asked for no more",
  );
});

t.test("a service that is away for a while: what is shown stays, and then goes on", async (t) => {
  const client = system.client();
  const video = await atWork();
  const watch = client.watch(video.id);
  await when(watch, ({ connection, progress }) => connection === "push" && progress?.progress === 10);
  system.progress.cut();
  await when(watch, ({ connection }) => connection === "offline");
  t.match(watch.state, { progress: { progress: 10 }, error: { code: "NETWORK", status: 0 } });
  await video.to(70);
  system.progress.resume();
  await when(watch, ({ progress }) => progress?.progress === 70);
  await video.ready();
  await when(watch, ({ progress }) => progress?.status === "READY");
  watch.close();
});

t.test("who is refused for good hears of it", async (t) => {
  const watch = system.client({ token: "no.token.atall" }).watch(1);
  await t.rejects(
    async () => {
      for await (const _ of watch);
    },
    { code: "UNAUTHENTICATED" },
  );
  t.throws(() => system.client().watch(0), RangeError);
});

t.test("the whole tenant: a stream of what changes, and the work box", async (t) => {
  const client = system.client();
  const box = client.workBox({ q: "box" });
  const statuses = new Set<string>();
  const isReady = new Promise<void>((resolve) => {
    t.teardown(
      box.subscribe(({ items: [item] }) => {
        if (item === undefined) return;
        statuses.add(item.status);
        if (item.status === "READY" && item.video.status === "READY") resolve();
      }),
    );
  });
  const changes = client.watchTenant();
  // What was so before the stream is open is not told.
  await new Promise<void>((resolve) => {
    t.teardown(box.subscribe(({ connection }) => connection === "push" && resolve()));
  });
  const { id } = await client.upload(new File([new Uint8Array(small)], "box.mp4", { type: "video/mp4" })).done;
  for await (const state of changes) if ("id" in state && state.id === id && state.status === "READY") break;
  await isReady;
  t.equal([...statuses].at(-1), "READY");
  t.equal(box.state.items.length, 1);
  const watch = client.watch(id);
  t.match(await watch.result(), { id, status: "READY", title: "box" }, "the detail is read once it is final");
  watch.close();
});

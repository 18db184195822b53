import { readFileSync } from "node:fs";
import type { VideoProgress } from "@lectern/contracts";
import { parseTenantId, parseVideoId, videoRef, writeProgress, writeStatus } from "@lectern/keys";
import { signDevToken, testStack } from "@lectern/local-stack";
import { Redis } from "ioredis";
import t from "tap";
import { startBrowser } from "./support/browser.ts";
import { startSystem } from "./support/system.ts";

const PAGE = readFileSync(new URL("./support/follower-page.js", import.meta.url), "utf8")
  .replace(/^\/\*\*.*?\*\//s, "")
  .trim()
  .replace(/;$/, "");

interface Seen {
  events: { seen: (VideoProgress & { lastEventId: string })[]; opened: number };
  socket: { seen: VideoProgress[] };
}

const { chromium } = await testStack();
if (chromium === null) t.plan(0, "there is no Chromium on this machine, and the set-up could not install one");
else await follows(chromium);

async function follows(executable: string): Promise<void> {
  const [system, browser] = await Promise.all([
    startSystem(t, { only: ["progress-service"] }),
    startBrowser(t, executable),
  ]);
  const { tenant } = system.teacher;
  const redis = new Redis(system.redis.url);
  t.teardown(() => redis.disconnect());
  const token = await signDevToken(system.secrets, {
    audience: "media-api",
    subject: "teacher",
    tenantId: tenant,
    ttlSeconds: 3_600,
  });
  const videos = [1, 2].map((id) => {
    const [tenantId, videoId] = [parseTenantId(tenant), parseVideoId(id)];
    if (tenantId === null || videoId === null) throw new Error("no id");
    return videoRef(tenantId, videoId);
  });
  const run = { generation: 1, attempt: 1 };
  const update = { step: "transcoding", stepIndex: 4, stepTotal: 7, stepPercent: 1, remainingSeconds: 9 };
  const to = (percent: number) =>
    Promise.all(videos.map((video) => writeProgress(redis, video, { run, percent, ...update })));
  await Promise.all(
    videos.map((video) => writeStatus(redis, video, { status: "PROCESSING", generation: 1, version: 2 })),
  );
  await to(10);

  t.test("a page of another origin follows by EventSource and by WebSocket, with tickets", async (t) => {
    const options = { url: system.urls.progress, token, byEvents: 1, bySocket: 2 };
    const following = browser.evaluate<Seen>(`(${PAGE})(${JSON.stringify(options)})`);
    // Both first states are there before anything changes.
    const shown = async (): Promise<number> => {
      const text = await (await fetch(`${system.urls.progress}/metrics`)).text();
      const events = [...text.matchAll(/progress_stream_events_total\{kind="(?:sse|ws)"\} (\d+)/g)];
      return events.filter(([, count]) => Number(count) > 0).length;
    };
    while ((await shown()) < 2) await new Promise(setImmediate);
    await to(55);
    await Promise.all(
      videos.map((video) =>
        writeStatus(redis, video, { status: "READY", generation: 1, version: 3, hls_path: "master.m3u8", duration: 3 }),
      ),
    );
    const { events, socket } = await following;
    for (const { seen } of [events, socket]) {
      const percents = seen.map(({ progress }) => progress);
      t.equal(percents[0], 10);
      t.equal(percents.at(-1), 100);
      t.strictSame(
        percents,
        percents.toSorted((a, b) => a - b),
      );
      t.equal(seen.at(-1)?.hls_path, "master.m3u8");
    }
    t.match(events.seen.at(-1)?.lastEventId, /^1\.3\.\d+$/);
    t.equal(events.opened, 1, "it was let in once, and the 204 ended its coming back");
  });
}

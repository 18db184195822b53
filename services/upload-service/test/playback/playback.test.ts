import type { Playback, VideoDetail, VideoList } from "@lectern/contracts";
import { runPrefix, type TenantId, type VideoId } from "@lectern/keys";
import { startTcpProxy, testStack } from "@lectern/local-stack";
import t from "tap";
import { createTickets } from "../../src/playback/ticket.ts";
import { tinyVideo } from "../support/media.ts";
import { type Either, put, startService } from "../support/service.ts";

const SECRET = "playback-secret-for-tests-0123456789";
const DURATION = 120;
const { s3 } = await testStack();
const proxy = await startTcpProxy({ target: s3.endpoint });
t.teardown(() => proxy.close());
const s = await startService(t, { S3_ENDPOINT: proxy.url, S3_PUBLIC_ENDPOINT: s3.endpoint });
const film = await tinyVideo();

const FILES: Record<string, string> = {
  "master.m3u8": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv0/index.m3u8\n",
  "v0/index.m3u8": '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:4,\ns1.m4s\n#EXT-X-ENDLIST\n',
  "v0/init.mp4": "init",
  "v0/s1.m4s": "segment",
  "hidden/index.m3u8": "#EXTM3U\n",
  "poster.jpg": "poster",
  "chapters.vtt": "WEBVTT\n",
  "storyboard.vtt": "WEBVTT\n\n00:00.000 --> 00:01.000\nstoryboard-001.jpg#xywh=0,0,1,1\n",
  "storyboard-001.jpg": "sheet",
};

/** A READY video with its files in the store, as a worker leaves it. */
async function published(result?: object): Promise<number> {
  const { id, upload } = await s.create({ size_bytes: film.byteLength });
  await put(upload, film);
  await s.call("POST", `/api/v1/media/videos/${id}/upload/complete/`);
  const prefix = runPrefix(s.tenant as TenantId, id as VideoId, { generation: 1, attempt: 1 });
  for (const [name, text] of Object.entries(FILES))
    await s.store.put(prefix + name, Buffer.from(text), { contentType: "application/octet-stream" });
  const run = { tenant_id: s.tenant, generation: 1, attempt: 1, run_token: "t" };
  const report = (body: object) => s.internal("POST", `/internal/v1/videos/${id}/transitions`, body);
  await report({ transition: "processing", tenant_id: s.tenant, generation: 1, run_token: "t" });
  const details = result ?? {
    poster: `${prefix}poster.jpg`,
    storyboard: `${prefix}storyboard.vtt`,
    chapters: `${prefix}chapters.vtt`,
  };
  const ready = { transition: "ready", ...run, hls_path: `${prefix}master.m3u8`, duration: DURATION, result: details };
  const answer = await report(ready);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return id;
}

const playback = (id: number, tenant = s.tenant) =>
  s.call<Either<Playback>>("GET", `/api/v1/media/videos/${id}/playback/`, undefined, { tenant });

/** Without any token, as a player asks. */
async function fetched(url: string, headers: Record<string, string> = {}) {
  const { pathname } = new URL(url);
  const answer = await s.service.publicApp.inject({
    method: "GET",
    url: pathname,
    headers: { origin: "https://site.example", ...headers },
  });
  return { status: answer.statusCode, text: answer.body, headers: answer.headers };
}

const read = async (url: string | null | undefined): Promise<string> => (await fetch(url ?? "")).text();

const id = await published();
const opened = (await playback(id)).body;

t.test("an address plays without any header, and all that it leads to is signed", async (t) => {
  t.match(opened, { type: "application/vnd.apple.mpegurl", duration: DURATION, url: /\/master\.m3u8$/ });
  const seconds = (Date.parse(opened.expires_at) - Date.now()) / 1000;
  t.ok(seconds > 3 * 3600 + DURATION && seconds < 3 * 3600 + 3 * DURATION + 600, `${seconds} s`);
  t.equal((await playback(id)).body.url.split(".")[0], opened.url.split(".")[0]);

  const master = await fetched(opened.url);
  t.match(master, { status: 200, text: FILES["master.m3u8"], headers: { "access-control-allow-origin": "*" } });
  t.match(master.headers["content-type"], /^application\/vnd\.apple\.mpegurl/);
  const rendition = await fetched(new URL("v0/index.m3u8", opened.url).href);
  const [init] = /(?<=URI=")[^"]+/.exec(rendition.text) ?? [];
  const [segment] = /^http.*s1\.m4s.*$/m.exec(rendition.text) ?? [];
  t.equal(await read(init), "init");
  t.equal(await read(segment), "segment");
  t.ok(segment?.startsWith(s3.endpoint), "from the store itself, where browsers reach it");
  const unsigned = await fetch(segment?.split("?")[0] ?? "");
  t.ok(unsigned.status >= 400, `without its signature it is ${unsigned.status}`);
  const packed = await s.service.publicApp.inject({
    url: new URL(opened.url).pathname,
    headers: { "accept-encoding": "gzip" },
  });
  t.equal(packed.headers["content-encoding"], "gzip");
});

t.test("poster, storyboard and chapters have addresses too, and a video without them has none", async (t) => {
  t.equal(await read(opened.poster_url), "poster");
  t.equal(await read(opened.chapters_url), "WEBVTT\n");
  const storyboard = await fetched(opened.storyboard_url ?? "");
  t.match(storyboard.headers["content-type"], /^text\/vtt/);
  const [, sheet] = /^(http\S+)#xywh=0,0,1,1$/m.exec(storyboard.text) ?? [];
  t.equal(await read(sheet), "sheet");

  const look = async () => {
    const before = (await playback(id)).body.poster_url;
    const detail = (await s.call<VideoDetail>("GET", `/api/v1/media/videos/${id}/`)).body;
    const list = (await s.call<VideoList>("GET", "/api/v1/media/videos/")).body;
    const inList = list.items.find((item) => item.id === id)?.poster_url;
    return { before, inDetail: detail.poster_url, inList, after: (await playback(id)).body.poster_url };
  };
  let seen = await look();
  // It changes every ten minutes, on the clock: then it may have done so in the middle.
  if (seen.before !== seen.after) seen = await look();
  for (const url of [seen.inDetail, seen.inList]) t.equal(url, seen.before, "the same for some minutes");
  const foreign = await published({ poster: "tenants/1/videos/1/g1/a1/poster.jpg", storyboard: 7 });
  t.match((await playback(foreign)).body, { poster_url: null, storyboard_url: null, chapters_url: null });
});

t.test("nobody else, not before it is READY, and nothing but what the master names", async (t) => {
  t.match(await playback(id, s.tenant + 1), { status: 404, body: { code: "VIDEO_NOT_FOUND" } });
  const pending = await s.create();
  t.match(await playback(pending.id), { status: 409, body: { code: "VIDEO_NOT_READY", current_status: "PENDING" } });
  const tails = [
    "hidden/index.m3u8",
    "v0/s1.m4s",
    "poster.jpg",
    "receipt.json",
    "",
    "..%2f..%2fsource",
    "v0%2findex.m3u8x",
  ];
  for (const tail of tails) t.equal((await fetched(opened.url.replace("master.m3u8", tail))).status, 404, tail);
});

t.test("a ticket that is forged or over is refused, with CORS headers", async (t) => {
  const refused = { headers: { "access-control-allow-origin": "*", "content-type": /problem\+json/ } };
  const forged = await fetched(opened.url.replace(/\.[\w-]{43}\//, `.${"A".repeat(43)}/`));
  t.match(forged, { status: 403, text: /PLAYBACK_TICKET_INVALID/, ...refused });
  t.match(await fetched(opened.url.replace(/playback\/[^/]+/, "playback/x")), { status: 403, ...refused });
  const run = { tenantId: s.tenant as TenantId, videoId: id as VideoId, generation: 1, attempt: 1 };
  const late = createTickets(SECRET).issue({ ...run, expires: Math.floor(Date.now() / 1000) - 1, lifetime: 60 });
  t.match(await fetched(opened.url.replace(/playback\/[^/]+/, `playback/${late}`)), {
    status: 410,
    text: /PLAYBACK_EXPIRED/,
    ...refused,
  });
});

t.test("a store that is away: 503 for what is not known yet, and what is known still plays", async (t) => {
  const other = (await playback(await published())).body;
  proxy.cut();
  t.match(await fetched(other.url), { status: 503, text: /STORE_UNAVAILABLE/ });
  t.equal((await fetched(opened.url)).status, 200);
  proxy.resume();
  t.equal((await fetched(other.url)).status, 200);
});

t.test("a deleted video's ticket ends", async (t) => {
  const gone = await published();
  const { url } = (await playback(gone)).body;
  t.equal((await s.call("DELETE", `/api/v1/media/videos/${gone}/`)).status, 204);
  t.match(await fetched(url), { status: 410, text: /PLAYBACK_EXPIRED/ });
  t.match(await playback(gone), { status: 404 });
});

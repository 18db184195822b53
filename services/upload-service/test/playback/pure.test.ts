import { createHmac } from "node:crypto";
import type { TenantId, VideoId } from "@lectern/keys";
import t from "tap";
import { extrasOf } from "../../src/playback/extras.ts";
import { playbackPeriod } from "../../src/playback/lifetime.ts";
import { cdnUrls } from "../../src/playback/media-urls.ts";
import { namesInPlaylist, resolveName, rewritePlaylist, rewriteStoryboard } from "../../src/playback/rewrite.ts";
import { createTickets } from "../../src/playback/ticket.ts";

const grant = {
  tenantId: 7 as TenantId,
  videoId: 9_007_199_254_740_991 as VideoId,
  generation: 2,
  attempt: 3,
  expires: 2_000,
  lifetime: 1_000,
};

t.test("a ticket is good until its time is over, and any change of it is found", async (t) => {
  const tickets = createTickets("s".repeat(32));
  const ticket = tickets.issue(grant);
  t.ok(ticket.length < 200, "it is one segment of a path");
  t.strictSame(tickets.redeem(ticket, 1_999), { kind: "good", grant });
  t.strictSame(tickets.redeem(ticket, 2_000), { kind: "expired" });
  const forged = [...ticket].map((char, index) => {
    const other = char === "." ? "-" : char === "0" ? "1" : "0";
    return ticket.slice(0, index) + other + ticket.slice(index + 1);
  });
  // The last character holds four bits of the MAC, and two that count for nothing.
  for (const text of [...forged.slice(0, -1), "", `${ticket}a`, ticket.slice(1), ticket.toUpperCase()])
    t.strictSame(tickets.redeem(text, 0), { kind: "invalid" }, text);
  t.strictSame(createTickets("t".repeat(32)).redeem(ticket, 0), { kind: "invalid" }, "another secret");
});

t.test("an address is good for twice the film and the time beyond it, and at most a week", async (t) => {
  t.strictSame(playbackPeriod(1_234_567, 3_600, 100), { lifetime: 7_900, expires: 1_234_200 + 7_900 });
  t.equal(playbackPeriod(1_234_799, 3_600, 100).expires, playbackPeriod(1_234_200, 3_600, 100).expires);
  t.equal(playbackPeriod(0, 10 ** 9, 100).lifetime, 604_800);
  t.equal(playbackPeriod(0, null, 100).lifetime, 700);
});

t.test("media in a playlist get an address, playlists stay as they are", async (t) => {
  const master = [
    "#EXTM3U",
    '#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="chapters.json"',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="한국어, URI=1",URI="a0/index.m3u8"',
    "#EXT-X-STREAM-INF:BANDWIDTH=1",
    "v0/index.m3u8",
    "",
  ].join("\n");
  const address = (name: string) => Promise.resolve(`https://x/${name}?$&=1`);
  t.equal(
    await rewritePlaylist(master, address),
    master.replace('"chapters.json"', () => '"https://x/chapters.json?$&=1"'),
  );
  t.strictSame(namesInPlaylist(master), ["chapters.json", "a0/index.m3u8", "v0/index.m3u8"]);
  const media = ['#EXT-X-MAP:URI="init.mp4"', "#EXTINF:4,", "s1.m4s", "#EXT-X-ENDLIST", ""].join("\n");
  t.equal(
    await rewritePlaylist(media, address),
    ['#EXT-X-MAP:URI="https://x/init.mp4?$&=1"', "#EXTINF:4,", "https://x/s1.m4s?$&=1", "#EXT-X-ENDLIST", ""].join(
      "\n",
    ),
  );
  const asked: string[] = [];
  const storyboard =
    "WEBVTT\n\n00:00.000 --> 00:01.000\nb-1.jpg#xywh=0,0,1,1\n\n00:01.000 --> 00:02.000\nb-1.jpg#xywh=1,0,1,1\n";
  const signed = await rewriteStoryboard(storyboard, (name) => Promise.resolve(`${asked.push(name)}:${name}`));
  t.equal(signed, storyboard.replaceAll("b-1.jpg", "1:b-1.jpg"), "each picture is signed once");
});

t.test("a name leads nowhere but below the video's prefix", async (t) => {
  const of = "tenants/7/videos/4/g1/a1/v0/index.m3u8";
  const within = "tenants/7/videos/4/";
  t.equal(resolveName("s1.m4s", of, within), "tenants/7/videos/4/g1/a1/v0/s1.m4s");
  t.equal(resolveName("../../../parts/x.m4s", of, within), "tenants/7/videos/4/parts/x.m4s");
  const bad = [
    "../../../../5/source",
    "../../../../42/x",
    "/tenants/8/x",
    "https://x/y",
    "//x/y",
    "a?b",
    "a#b",
    "%2e%2e/x",
    "a\\b",
    "",
    "..",
  ];
  for (const name of bad) t.equal(resolveName(name, of, within), null, name);
});

t.test("objects that a run tells of are its own, or none", async (t) => {
  const prefix = "tenants/7/videos/4/g1/a1/";
  t.strictSame(
    extrasOf({ poster: `${prefix}poster.jpg`, storyboard: `${prefix}storyboard.vtt`, chapters: null }, prefix),
    {
      poster_path: `${prefix}poster.jpg`,
      storyboard_path: `${prefix}storyboard.vtt`,
      chapters_path: null,
    },
  );
  const none = { poster_path: null, storyboard_path: null, chapters_path: null };
  for (const result of [
    null,
    7,
    "x",
    [],
    { poster: "tenants/8/videos/1/source" },
    { poster: `${prefix}../../../5/source` },
    { poster: 1 },
  ])
    t.strictSame(extrasOf(result, prefix), none);
});

t.test("a CDN's token is the MAC of path and time, and ends when the address does", async (t) => {
  const url = await cdnUrls("https://cdn.example/v/", "secret").sign("tenants/7/a.m4s", {
    expires: 1_700_000_000,
    lifetime: 1,
  });
  const time = String(1_700_000_000 - 604_800);
  const mac = createHmac("sha256", "secret").update(`/v/tenants/7/a.m4s${time}`).digest("base64");
  t.equal(url, `https://cdn.example/v/tenants/7/a.m4s?verify=${time}-${encodeURIComponent(mac)}`);
});

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as HLS from "hls-parser";
import t from "tap";
import { planEncode, readSubtitles } from "../../src/index.ts";
import { info, subtitle } from "../support/info.ts";
import { colourName, grid, make } from "../support/pipeline.ts";
import { ffmpeg, ffmpegOutput, lavfi, never, QUICK, tools } from "../support/tools.ts";

const dir = t.testdir({
  "ko.srt": "1\n00:00:01,000 --> 00:00:02,500\n안녕하세요\n\n2\n00:00:03,000 --> 00:00:09,000\n<i>둘째</i>\n\n",
  "en.ass":
    "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\nStyle: Default,Arial,20\n\n" +
    "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n" +
    "Dialogue: 0,0:00:00.50,0:00:01.50,Default,,0,0,0,,Hello\\Nthere\n",
  "meta.txt":
    ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=First & foremost\n" +
    "[CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=60000\ntitle=둘째\n",
});
const at = (name: string) => join(dir, name);

/** Red, then green after 2 s, then blue after 4 s; 6 s in all. */
const COLOURS = ["red", "lime", "blue"].flatMap((colour) => lavfi(`color=${colour}:size=320x180:rate=25:duration=2`));
const JOINED = "[0:v][1:v][2:v]concat=n=3:v=1:a=0[v]";
/** Soft, and three tones of which each track has one. */
const tone = (hertz: number, volume: number) =>
  lavfi(`sine=frequency=${hertz}:sample_rate=48000:duration=6,volume=${volume}`);

const lecture = at("lecture.mkv");
await ffmpeg(
  ...[...COLOURS, ...tone(400, 0.2), ...tone(800, 0.2), "-i", at("ko.srt"), "-i", at("en.ass"), "-i", at("meta.txt")],
  ...["-filter_complex", JOINED, "-map", "[v]", "-map", "3:a", "-map", "4:a", "-map", "5:s", "-map", "6:s"],
  ...["-map_chapters", "7", ...QUICK, "-c:a", "pcm_s16le", "-c:s", "copy"],
  ...["-metadata:s:a:0", "language=kor", "-metadata:s:a:1", "language=eng", "-metadata:s:a:1", "title=Interpreter"],
  ...["-metadata:s:s:0", "language=kor", "-metadata:s:s:1", "language=eng", "-disposition:s:1", "hearing_impaired"],
  ...["-disposition:a:0", "default", "-disposition:a:1", "0", "-disposition:s:0", "0", lecture],
);
const made = await make(lecture, join(dir, "lecture"), -16);
const text = (name: string) => readFile(join(made.outDir, name), "utf8");

t.test("all of it is there and checked", async (t) => {
  t.same(made.validation.ok || made.validation.problem, true);
  t.same(
    made.result.renditions.map(({ id }) => id),
    ["v180", "a1", "a2"],
  );
});

t.test("the master names tracks, subtitles and chapters as other readers take them", async (t) => {
  const master = HLS.parse(await text("master.m3u8")) as HLS.types.MasterPlaylist;
  const [variant] = master.variants;
  t.match(variant?.audio, [
    { language: "ko", name: "Korean", isDefault: true, autoselect: true, uri: "a1/index.m3u8" },
    { language: "en", name: "Interpreter", isDefault: false, autoselect: true, uri: "a2/index.m3u8" },
  ]);
  t.match(variant?.subtitles, [
    { language: "ko", name: "Korean", isDefault: false, forced: false, uri: "s1/index.m3u8" },
    { language: "en", name: "English", isDefault: false, uri: "s2/index.m3u8" },
  ]);
  t.match(variant?.subtitles[1]?.characteristics, /transcribes-spoken-dialog/);
  t.match(master.sessionDataList, [{ id: "com.apple.hls.chapters", uri: "chapters.json" }]);
  const playlist = HLS.parse(await text("s1/index.m3u8")) as HLS.types.MediaPlaylist;
  t.equal(playlist.endlist, true);
  t.match(playlist.segments, [{ uri: "subtitles.vtt", duration: made.result.durationSeconds }]);
});

t.test("subtitles keep their times and words, and end with the film", async (t) => {
  const korean = await text("s1/subtitles.vtt");
  t.match(korean, /^WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00\.000\n\n/);
  t.match(korean, "00:00:01.000 --> 00:00:02.500\n안녕하세요\n");
  t.match(korean, "00:00:03.000 --> 00:00:06.000\n<i>둘째</i>\n");
  t.match(await text("s2/subtitles.vtt"), "00:00:00.500 --> 00:00:01.500\nHello\nthere\n");
});

t.test("one bad track of subtitles takes no other with it", async (t) => {
  const [korean, english] = made.plan.subtitles;
  if (!korean || !english) throw new Error("two tracks were planned");
  // The picture, as if it were text: ffmpeg ends with an error before it has read a word of the others.
  const plan = { ...made.plan, subtitles: [korean, { ...english, streamIndex: 0 }] };
  const read = await readSubtitles({ tools, plan, sourcePath: lecture, signal: never() });
  t.match(read.tracks, [{ plan: { id: "s1" }, cues: [{ text: "안녕하세요" }, { text: "<i>둘째</i>" }] }]);
  t.match(read.warnings, [{ streamIndex: 0, code: "TRACK_NOT_DECODABLE", detail: /cannot be read/ }]);
});

t.test("chapters, for browsers and for Apple's players", async (t) => {
  t.match(await text("chapters.vtt"), "00:00:00.000 --> 00:00:02.000\nFirst &amp; foremost\n");
  t.match(JSON.parse(await text("chapters.json")), [
    { chapter: 1, "start-time": 0, duration: 2, titles: [{ title: "First & foremost" }] },
    { chapter: 2, "start-time": 2, duration: 4, titles: [{ title: "둘째" }] },
  ]);
});

t.test("the storyboard shows what is at that time", async (t) => {
  t.equal(made.result.storyboard?.pictures, 6);
  const cues = [...(await text("storyboard.vtt")).matchAll(/^(\S+) --> (\S+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)$/gm)];
  t.same(
    cues.map(([, start]) => start),
    [0, 1, 2, 3, 4, 5].map((second) => `00:00:0${second}.000`),
  );
  t.equal(cues.at(-1)?.[2], "00:00:06.000");
  const seen = [];
  for (const [, , , sheet = "", x, y, width, height] of cues) {
    const cut = at(`cut-${x}-${y}.png`);
    await ffmpeg("-i", join(made.outDir, sheet), "-vf", `crop=${width}:${height}:${x}:${y}`, cut);
    seen.push(colourName((await grid(cut, { columns: 1, rows: 1 }))[0]?.[0]));
  }
  t.same(seen, ["red", "red", "green", "green", "blue", "blue"]);
});

t.test("both tracks are as loud as was asked", async (t) => {
  for (const id of ["a1", "a2"]) t.ok(Math.abs((await loudness(await rendition(id))) + 16) < 1, id);
});

const HERTZ = [200, 1000, 3000, 6000, 9000];

t.test("surround is mixed down to both sides, none of it lost, and no louder than full scale", async (t) => {
  const parts = ["FL", "FR", "FC", "SL", "SR"].map((_, i) => `sine=frequency=${HERTZ[i]}:duration=3,volume=4[t${i}]`);
  const silent = "anullsrc=r=44100:cl=mono,atrim=duration=3[lfe]";
  const merge =
    "[t0][t1][t2][lfe][t3][t4]join=inputs=6:channel_layout=5.1:map=0.0-FL|1.0-FR|2.0-FC|3.0-LFE|4.0-BL|5.0-BR[a]";
  const path = at("surround.mp4");
  const graph = [...parts, silent, merge].join(";");
  await ffmpeg(
    ...lavfi("testsrc2=size=160x90:rate=25:duration=3"),
    "-filter_complex",
    graph,
    "-map",
    "0:v",
    "-map",
    "[a]",
    ...QUICK,
    "-c:a",
    "aac",
    path,
  );
  const { outDir } = await make(path, join(dir, "surround"));
  const file = at("surround-a1.mp4");
  await joinedTo(file, outDir, "a1");
  const level = async (channel: string, hertz: number) =>
    peak(file, `pan=mono|c0=${channel},bandpass=f=${hertz}:w=100,bandpass=f=${hertz}:w=100`);
  t.ok((await level("FL", 200)) > -20, "left is left");
  t.ok((await level("FR", 200)) < -40, "and not right");
  for (const channel of ["FL", "FR"])
    t.ok((await level(channel, 3000)) > -20, `the centre is on both sides: ${channel}`);
  t.ok((await level("FL", 6000)) > -20, "surround left");
  t.ok((await peak(file, "anull")) <= 0);
});

t.test("subtitles that are pictures are named as left out, and a track without a text, too", async (t) => {
  const path = at("bare.mkv");
  const none = at("none.ass");
  await writeFile(none, (await readFile(at("en.ass"), "utf8")).replace(/^Dialogue.*$/m, ""));
  const inputs = [...lavfi("testsrc2=size=720x576:rate=25:duration=1"), "-i", at("ko.srt"), "-i", none];
  const codecs = [...QUICK, "-c:s:1", "copy"];
  await ffmpeg(...inputs, "-map", "0:v", "-map", "1:s", "-map", "2:s", ...codecs, path);
  const { subtitles } = await make(path, join(dir, "bare"));
  t.match(subtitles.tracks, [{ plan: { id: "s1" } }]);
  t.match(subtitles.warnings, [{ streamIndex: 2, code: "TRACK_NOT_DECODABLE", detail: /without a text/ }]);
  const pictures = info({ subtitles: [subtitle({ index: 3, codec: "dvd_subtitle", text: false })] });
  t.match(planEncode(pictures).leftOut, [
    { streamIndex: 3, detail: "subtitles dvd_subtitle: pictures or captions, not text" },
  ]);
});

async function rendition(id: string): Promise<string> {
  const file = at(`${id}.mp4`);
  await joinedTo(file, made.outDir, id);
  return file;
}

async function joinedTo(file: string, outDir: string, id: string): Promise<void> {
  const playlist = HLS.parse(await readFile(join(outDir, id, "index.m3u8"), "utf8")) as HLS.types.MediaPlaylist;
  const names = ["init.mp4", ...playlist.segments.map(({ uri }) => uri)];
  await writeFile(file, Buffer.concat(await Promise.all(names.map((name) => readFile(join(outDir, id, name))))));
}

async function loudness(file: string): Promise<number> {
  const filters = "ebur128=metadata=1:framelog=verbose,ametadata=mode=print:key=lavfi.r128.I:file=-";
  const log = (await ffmpegOutput("-i", file, "-af", filters, "-f", "null", "-")).toString();
  return Number(
    log
      .match(/lavfi\.r128\.I=(-?[\d.]+)/g)
      ?.at(-1)
      ?.split("=")[1],
  );
}

/** Decibels of full scale. */
async function peak(file: string, filters: string): Promise<number> {
  const print = "ametadata=mode=print:key=lavfi.astats.Overall.Peak_level:file=-";
  const log = (
    await ffmpegOutput("-i", file, "-af", `${filters},astats=metadata=1,${print}`, "-f", "null", "-")
  ).toString();
  return Number(
    log
      .match(/Peak_level=(-?[\d.inf]+)/g)
      ?.at(-1)
      ?.split("=")[1],
  );
}

import { createReadStream } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import t from "tap";
import { assess, inspectFile, type ProbeResult, probe } from "../../src/index.ts";
import { parseCodecs } from "../../src/probe/capabilities.ts";
import { parseProbe } from "../../src/probe/parse.ts";
import { refusal } from "../../src/probe/probe.ts";
import { box } from "../support/bytes.ts";
import { ffmpeg, lavfi, never, QUICK, tools } from "../support/tools.ts";

const dir = t.testdir();
const film = join(dir, "film.mp4");

t.before(async () => {
  const sources = [...lavfi("testsrc2=size=160x90:rate=25:duration=1"), ...lavfi("sine=duration=1")];
  await ffmpeg(...sources, ...QUICK, "-c:a", "aac", "-metadata:s:a:0", "language=kor", film);
});

const kindOf = (result: ProbeResult) => (result.kind === "not_media" ? result.code : result.kind);

async function probeBytes(name: string, bytes: Buffer | string): Promise<ProbeResult> {
  const path = join(dir, name);
  await writeFile(path, bytes);
  return probe(tools, { path }, { signal: never() });
}

async function serve(listener: RequestListener): Promise<{ server: Server; url: string; close(): Promise<void> }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { server, url, close };
}

t.test("a film", async (t) => {
  const result = await probe(tools, { path: film }, { signal: never() });
  if (result.kind !== "media") throw new Error(JSON.stringify(result));
  const { info } = result;
  t.match(info, { version: 1, durationSeconds: 1, encrypted: false, subtitles: [] });
  t.match(info.video, [
    { codec: "h264", width: 160, height: 90, rotation: 0, decodable: true, fieldOrder: "progressive" },
  ]);
  t.match(info.audio, [{ codec: "aac", channels: 1, language: "kor", decodable: true }]);
  t.same(JSON.parse(JSON.stringify(info)), info);
});

t.test("what is no medium is said so for certain", async (t) => {
  t.equal(kindOf(await probeBytes("text.mp4", "Dear students,\n".repeat(100))), "SOURCE_UNREADABLE");
  t.equal(kindOf(await probeBytes("empty.mp4", "")), "SOURCE_UNREADABLE");
  const half = (await readFile(film)).subarray(0, 3000);
  t.equal(kindOf(await probeBytes("half.mp4", half)), "SOURCE_UNREADABLE", "its index is written last");
  t.equal(kindOf(await probeBytes("picture.mp4", png(64, 64))), "UNSUPPORTED_FORMAT");
});

t.test("a playlist in disguise fetches nothing and shows no local file", async (t) => {
  let requests = 0;
  const { url, close } = await serve((_request, response) => {
    requests += 1;
    response.end();
  });
  const secret = join(dir, "secret.txt");
  await writeFile(secret, "a local secret");
  for (const target of [`${url}/x.ts`, `file://${secret}`, secret, "secret.txt"]) {
    const playlist = `#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0,\n${target}\n#EXT-X-ENDLIST\n`;
    for (const name of ["list.mp4", "list.m3u8", "list.avi"]) {
      const result = await probeBytes(name, playlist);
      t.equal(result.kind, "not_media", `${name}: ${target}`);
      t.notMatch(JSON.stringify(result), "a local secret");
    }
    const script = await probeBytes("concat.mp4", `ffconcat version 1.0\nfile '${target}'\n`);
    t.equal(script.kind, "not_media", `ffconcat: ${target}`);
  }
  t.equal(requests, 0);
  await close();
});

t.test("a huge picture is refused by its size", async (t) => {
  const path = join(dir, "small.gif");
  await ffmpeg(...lavfi("testsrc2=size=64x64:rate=5:duration=1"), path);
  const bytes = await readFile(path);
  bytes.writeUInt16LE(16_000, 6);
  bytes.writeUInt16LE(16_000, 8);
  const probed = await probeBytes("huge.gif", bytes);
  const facts = await inspectFile(join(dir, "huge.gif"));
  t.match(assess(probed, facts), { kind: "refuse", code: "LIMITS_EXCEEDED" });
});

t.test("too many streams", async (t) => {
  const result = await probe(tools, { path: film }, { signal: never(), limits: { maxStreams: 1 } });
  t.not(result.kind, "media");
});

t.test("over a loopback URL, by ranges", async (t) => {
  const { size } = await stat(film);
  const ranges: string[] = [];
  const { url, close } = await serve((request, response) => {
    const [, from = "0"] = /bytes=(\d+)-/.exec(request.headers.range ?? "") ?? [];
    ranges.push(from);
    const head = { "Content-Length": size - Number(from), "Content-Range": `bytes ${from}-${size - 1}/${size}` };
    response.writeHead(206, { ...head, "Accept-Ranges": "bytes" });
    createReadStream(film, { start: Number(from) }).pipe(response);
  });
  t.equal(kindOf(await probe(tools, { url: `${url}/film` }, { signal: never() })), "media");
  t.ok(ranges.length > 1, "it reads the index at the end");
  await close();
  // A port that was given back may be another's by now; nobody listens at this one.
  const nobody = { url: "http://127.0.0.1:9/film" };
  t.equal(kindOf(await probe(tools, nobody, { signal: never() })), "inconclusive", "nobody listens");
  const broken = await serve((_request, response) => response.writeHead(503).end());
  t.equal(kindOf(await probe(tools, { url: broken.url }, { signal: never() })), "inconclusive", "503");
  await broken.close();
  await t.rejects(probe(tools, { url: "https://example.com/" }, { signal: never() }), TypeError);
});

t.test("time limit and abort", async (t) => {
  const { url, close, server } = await serve(() => {});
  const slow = await probe(tools, { url }, { signal: never(), limits: { probeTimeoutMs: 200 } });
  t.equal(kindOf(slow), "inconclusive");
  const controller = new AbortController();
  server.once("request", () => controller.abort(new Error("cancelled")));
  await t.rejects(probe(tools, { url }, { signal: controller.signal }), /cancelled/);
  await close();
});

t.test("what ffprobe refuses of a file on this disk is definite, whatever its words", async (t) => {
  const ended = { exitCode: 1, exitSignal: null, timedOut: false, errors: 1 };
  const words = (remote: boolean, detail: string) => kindOf(refusal(remote, { ...ended, detail }));
  t.equal(words(false, "[error] source: Invalid argument"), "SOURCE_UNREADABLE");
  t.equal(words(true, "[error] source: Invalid argument"), "inconclusive");
  t.equal(words(false, "[error] source: No such file or directory"), "inconclusive");
  t.equal(words(false, "[error] source: Input/output error"), "inconclusive");
});

t.test("ffprobe's words as facts", async (t) => {
  const side = (rotation: number, a: number, b: number, c: number, d: number) => ({
    ...{ side_data_type: "Display Matrix", rotation },
    displaymatrix: `\n00000000:  ${a}  ${b}  0\n00000001:  ${c}  ${d}  0\n00000002:  0  0  1073741824\n`,
  });
  const stream = { index: 0, codec_type: "video", codec_name: "h264", width: 720, height: 576 };
  const parsed = (special: object) =>
    parseProbe({ format: { format_name: "mov" }, streams: [{ ...stream, ...special }] }, new Set(["h264"])).video[0];
  t.match(parsed({ sample_aspect_ratio: "16:15" }), { displayWidth: 768, displayHeight: 576 });
  t.match(parsed({ side_data_list: [side(-90, 0, 65536, -65536, 0)] }), {
    rotation: 90,
    displayWidth: 576,
    mirrored: false,
  });
  t.match(parsed({ side_data_list: [side(90, 0, -65536, 65536, 0)] }), { rotation: 270, displayHeight: 720 });
  t.match(parsed({ side_data_list: [side(0, -65536, 0, 0, 65536)] }), { mirrored: true });
  t.match(parsed({ pix_fmt: "yuv420p10le" }), { bitDepth: 10 });
  t.match(parsed({ r_frame_rate: "0/0", sample_aspect_ratio: "0:1" }), { baseFrameRate: null, displayWidth: 720 });
  const ends = { start_time: "0.500000", tags: { DURATION: "00:00:02.500000000" } };
  t.match(parsed(ends), { durationSeconds: 2 }, "Matroska says when a stream ends");
  const dolby = (profile: number, compatibility: number) => {
    const record = { dv_profile: profile, dv_bl_signal_compatibility_id: compatibility };
    return parsed({ side_data_list: [{ side_data_type: "DOVI configuration record", ...record }] })?.dolbyVisionOnly;
  };
  t.same([dolby(5, 0), dolby(10, 0), dolby(10, 1), dolby(8, 4), dolby(7, 6)], [true, true, false, false, false]);
  t.match(parsed({ codec_name: "dfa" }), { decodable: false });
  t.equal(parseProbe({ streams: [{ codec_type: "video", codec_tag_string: "encv" }] }, new Set()).encrypted, true);
  for (const garbage of [null, 7, "x", [], { streams: [null, 3, { codec_type: "audio" }], format: [] }]) {
    t.equal(parseProbe(garbage, new Set()).version, 1);
  }
  t.same(
    [...parseCodecs(" D.V.L. h264   x\n .EV.L. enc\n DEA.L. aac  y\n D.V... = z\n DES... srt")],
    ["h264", "aac", "srt"],
  );
});

function png(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const bytes = box(type, data);
    bytes.writeUInt32BE(data.length, 0);
    return Buffer.concat([bytes, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  const pixels = deflateSync(Buffer.alloc((width + 1) * height));
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

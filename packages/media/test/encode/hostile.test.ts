import { open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import { encode, inspectFile, type MediaInfo, planEncode, probe, validateOutput } from "../../src/index.ts";
import { startAwakeClock } from "../support/awake-clock.ts";
import { make } from "../support/pipeline.ts";
import { ffmpeg, lavfi, never, QUICK, tools } from "../support/tools.ts";

const dir = t.testdir({ out: {}, full: {} });
const film = join(dir, "film.mp4");

t.before(async () => {
  const inputs = [...lavfi("testsrc2=size=320x180:rate=25:duration=2"), ...lavfi("sine=duration=2")];
  await ffmpeg(...inputs, ...QUICK, "-g", "5", "-c:a", "aac", "-movflags", "+faststart", film);
});

async function infoOf(path: string): Promise<MediaInfo> {
  const probed = await probe(tools, { path }, { signal: never() });
  if (probed.kind !== "media") throw new Error(JSON.stringify(probed));
  return probed.info;
}

t.test("cut in half: refused, though ffmpeg would encode what is left", async (t) => {
  const path = join(dir, "half.mp4");
  const bytes = await readFile(film);
  await writeFile(path, bytes.subarray(0, bytes.length / 2));
  await t.rejects(make(path, join(dir, "half")), /SOURCE_INCOMPLETE/);
});

t.test("a header that claims ten hours: the output has what decodes", async (t) => {
  const path = join(dir, "endless.mp4");
  const bytes = await readFile(film);
  const units = bytes.readUInt32BE(bytes.indexOf("mvhd") + 16);
  bytes.writeUInt32BE(36_000 * units, bytes.indexOf("mvhd") + 20);
  await writeFile(path, bytes);
  const made = await make(path, join(dir, "endless"));
  t.equal(made.validation.ok, true);
  t.ok(Math.abs(made.result.durationSeconds - 2) < 0.1, `${made.result.durationSeconds}`);
});

t.test("some damaged bytes: encoded, with a word about it", async (t) => {
  const path = join(dir, "damaged.mp4");
  const bytes = await readFile(film);
  bytes.fill(0x55, Math.floor(bytes.length * 0.5), Math.floor(bytes.length * 0.52));
  await writeFile(path, bytes);
  const made = await make(path, join(dir, "damaged"));
  t.equal(made.validation.ok, true);
  t.ok(Math.abs(made.result.durationSeconds - 2) < 0.1);
});

t.test("a track that cannot be decoded is left out and named", async (t) => {
  const info = await infoOf(film);
  // As if the probe had taken a track for decodable that is none: the file has no such stream.
  const [sound] = info.audio;
  if (!sound) throw new Error("no sound");
  const wrong = planEncode({ ...info, audio: [{ ...sound, index: 7 }] });
  const result = await encode({ tools, plan: wrong, sourcePath: film, outDir: join(dir, "out"), signal: never() });
  t.same(
    result.renditions.map(({ kind }) => kind),
    ["video"],
  );
  t.match(result.warnings, [{ streamIndex: 7, code: "TRACK_NOT_DECODABLE" }]);
  t.same(result.plan.audio, []);
  await t.rejects(
    encode({
      ...{ tools, sourcePath: film, outDir: join(dir, "out"), signal: never() },
      plan: planEncode({ ...info, video: [], audio: [{ ...sound, index: 7 }] }),
    }),
    { name: "MediaError" },
  );
});

t.test("more output than allowed, and longer than allowed", async (t) => {
  const plan = planEncode(await infoOf(film));
  const request = { tools, plan, sourcePath: film, outDir: join(dir, "out"), signal: never() };
  await t.rejects(encode({ ...request, limits: { maxDurationSeconds: 1 } }), {
    code: "LIMITS_EXCEEDED",
    passing: false,
  });
  await t.rejects(encode({ ...request, limits: { encodeTimeoutMs: 1 } }), { code: "PROCESSING_TIMEOUT" });
  await t.rejects(encode({ ...request, limits: { memoryBytes: 60 * 1024 * 1024 } }), { name: "MediaError" });
});

t.test("an abort: ffmpeg is dead within a second", async (t) => {
  const long = join(dir, "long.mkv");
  await ffmpeg(...lavfi("color=size=640x360:rate=25:duration=60"), ...QUICK, long);
  const controller = new AbortController();
  const awake = startAwakeClock(t);
  let aborted = Number.NaN;
  const running = encode({
    ...{ tools, plan: planEncode(await infoOf(long)), sourcePath: long, outDir: join(dir, "out") },
    signal: controller.signal,
    onProgress: ({ doneSeconds }) => {
      if (doneSeconds === 0 || controller.signal.aborted) return;
      aborted = awake();
      controller.abort(new Error("lost the lock"));
    },
  });
  await t.rejects(running, /lost the lock/);
  const tookMs = awake() - aborted;
  t.ok(tookMs < 1000, `${tookMs} ms`);
  t.notOk(await runsOn(long), "no process has the file open");
});

/** Whether any process of this machine was started with the path (Linux). */
async function runsOn(path: string): Promise<boolean> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.some((line) => line.includes(path) && line.includes("filter_complex"));
}

t.test("a disk that cannot be written to is a passing fault", async (t) => {
  const plan = planEncode(await infoOf(film));
  const outDir = join(dir, "full", "file");
  await writeFile(outDir, "a file where the folder should be");
  const request = { tools, plan, sourcePath: film, outDir, signal: never() };
  await t.rejects(encode(request), { code: "INTERNAL", passing: true });
});

t.test("the check of the output finds what is wrong with it", async (t) => {
  const { result, outDir } = await make(film, join(dir, "checked"));
  const check = () => validateOutput({ tools, result, outDir, signal: never() });
  t.equal((await check()).ok, true);
  const [video] = result.renditions;
  const segment = video?.segments[0];
  if (!video || !segment) throw new Error("no segment");
  const whole = await readFile(segment.path);

  await writeFile(segment.path, whole.subarray(0, -1));
  t.match(await check(), { ok: false, problem: /bytes, not/ });
  const spoilt = Buffer.from(whole);
  const middle = Math.floor(spoilt.length / 2);
  spoilt.fill(0xaa, middle, middle + 2000);
  await writeFile(segment.path, spoilt);
  t.match(await check(), { ok: false, problem: /does not decode/ });
  await writeFile(segment.path, whole);

  const playlist = join(outDir, `${video.id}/index.m3u8`);
  const text = await readFile(playlist, "utf8");
  await writeFile(playlist, text.replace("#EXT-X-ENDLIST\n", ""));
  t.match(await check(), { ok: false, problem: /no end/ });
  await writeFile(playlist, text);
  const master = await open(join(outDir, "master.m3u8"), "w");
  await master.close();
  t.match(await check(), { ok: false, problem: /master/ });
});

t.test("a check that the system kills says nothing about the output", async (t) => {
  const { result, outDir } = await make(film, join(dir, "killed"));
  const ffmpeg = join(dir, "killed.sh");
  await writeFile(ffmpeg, "#!/bin/sh\nkill -KILL $$\n", { mode: 0o755 });
  await t.rejects(validateOutput({ tools: { ...tools, ffmpeg }, result, outDir, signal: never() }), {
    code: "ENCODE_FAILED",
    passing: true,
  });
});

t.test("the source's own metadata goes nowhere", async (t) => {
  const path = join(dir, "private.mp4");
  const tags = ["-metadata", "comment=filmed at 37.5665", "-metadata", "artist=A. Teacher"];
  await ffmpeg("-i", film, "-c", "copy", ...tags, path);
  t.match((await readFile(path)).toString("latin1"), /37\.5665/);
  const { result } = await make(path, join(dir, "private"));
  for (const { init } of result.renditions)
    t.notMatch((await readFile(init.path)).toString("latin1"), /37\.56|Teacher/);
});

t.test("facts about a file that is whole", async (t) => {
  t.match(await inspectFile(film), { container: "isobmff", missing: null, encrypted: null, ending: null });
});

t.test("an edit list that shows nothing costs the picture, not the sound", async (t) => {
  const path = join(dir, "nothing-shown.mp4");
  await ffmpeg(...lavfi("color=red:size=64x64:rate=25:duration=3"), ...lavfi("sine=duration=3"), ...QUICK, path);
  const bytes = await readFile(path);
  // The one entry's media time: -1 is an empty edit.
  bytes.writeInt32BE(-1, bytes.indexOf("elst") + 16);
  await writeFile(path, bytes);
  const made = await make(path, join(dir, "nothing-shown"));
  t.equal(made.validation.ok, true, JSON.stringify(made.validation));
  t.same(
    made.result.renditions.map(({ kind }) => kind),
    ["audio"],
  );
  t.ok(Math.abs(made.result.durationSeconds - 3) < 0.1, `${made.result.durationSeconds} s`);
  t.match(made.result.warnings, [{ streamIndex: 0, code: "TRACK_NOT_DECODABLE" }]);
});

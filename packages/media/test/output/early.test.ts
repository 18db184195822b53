import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import { decodes, type EncodedVideo, earlyStretch, makeEarlyPoster, validateOutput } from "../../src/index.ts";
import { make } from "../support/pipeline.ts";
import { ffmpeg, lavfi, never, QUICK, tools } from "../support/tools.ts";

const dir = t.testdir();
const options = { tools, signal: never() };

async function film(name: string, picture: string) {
  const path = join(dir, `${name}.mp4`);
  await ffmpeg(...lavfi(picture), ...QUICK, path);
  const made = await make(path, join(dir, name));
  const video = made.result.renditions.find((each): each is EncodedVideo => each.kind === "video");
  if (video === undefined) throw new Error("no picture");
  return { made, video };
}

t.test("a poster is made of the first tenth while the film is being made", async (t) => {
  const { made, video } = await film("bright", "testsrc2=size=160x90:rate=5:duration=36");
  t.equal(video.segments.length, 9);
  t.strictSame(earlyStretch(9), [0, 4]);
  const segments = video.segments.slice(0, 4);
  const poster = await makeEarlyPoster({ ...video, segments }, { ...options, outDir: made.outDir });
  t.match(poster, { width: 160, height: 90 });
  const jpeg = await readFile(poster?.file.path ?? "");
  t.equal(jpeg.readUInt16BE(0), 0xffd8);
  t.ok((poster?.atSeconds ?? 99) < 16, "of the segments that were there");
});

t.test("no poster is made early of what is black, nor of a film of a few segments", async (t) => {
  const { made, video } = await film("black", "color=black:size=160x90:rate=5:duration=4");
  t.equal(await makeEarlyPoster(video, { ...options, outDir: made.outDir }), null);
  t.equal(earlyStretch(7), null);
});

t.test("first and last segments that were found good are not decoded again", async (t) => {
  const { made, video } = await film("damaged", "testsrc2=size=160x90:rate=5:duration=8");
  const request = { ...options, result: made.result, outDir: made.outDir };
  const ends = [video.segments[0], video.segments.at(-1)].flatMap((segment) => segment ?? []);
  t.equal(ends.length, 2);
  for (const segment of ends) {
    t.equal(await decodes(video.init, segment, options), true);
    const bytes = await readFile(segment.path);
    await writeFile(segment.path, Buffer.from(bytes).fill(0xff, bytes.length >> 1));
    t.equal(await decodes(video.init, segment, options), false);
    t.match(await validateOutput(request), { ok: false, problem: /does not decode/ });
    t.match(await validateOutput({ ...request, decoded: new Set([segment.sha256]) }), { ok: true });
    await writeFile(segment.path, bytes);
  }
});

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as HLS from "hls-parser";
import t, { type Test } from "tap";
import type { EncodedRendition } from "../../src/index.ts";
import { type ReadMp4, readMp4 } from "../support/mp4.ts";
import { make } from "../support/pipeline.ts";
import { ffmpeg, lavfi, QUICK } from "../support/tools.ts";

// One output, read by programs that nobody here wrote: hls-parser and GPAC's mp4box.

const SECONDS = 9;
const RUNGS = ["v480", "v360", "v240"];
const SOUNDS = ["a1", "a2"];
/** EXTINF has six decimals. */
const ROUNDING = 0.000_000_6;

const dir = t.testdir({ "ko.srt": "1\n00:00:01,000 --> 00:00:08,500\n안녕하세요\n" });
const lecture = join(dir, "lecture.mkv");
// 29.97 a second: segments are no whole number of seconds. The noise keeps every rung worth publishing.
const picture = lavfi(`testsrc2=size=854x480:rate=30000/1001:duration=${SECONDS},noise=alls=8:allf=t`);
await ffmpeg(
  ...[...picture, ...lavfi(`sine=400:duration=${SECONDS}`), ...lavfi(`sine=800:duration=${SECONDS}`)],
  ...["-i", join(dir, "ko.srt"), "-map", "0", "-map", "1", "-map", "2", "-map", "3", ...QUICK, "-c:a", "aac"],
  ...["-metadata:s:a:0", "language=kor", "-metadata:s:a:1", "language=eng", lecture],
);
const { outDir, result, validation } = await make(lecture, join(dir, "out"));

async function playlist(uri: string) {
  const parsed = HLS.parse(await readFile(join(outDir, uri), "utf8"));
  if (parsed.isMasterPlaylist) throw new Error(`${uri} is a master playlist`);
  const { segments, targetDuration, endlist } = parsed as HLS.types.MediaPlaylist;
  const folder = dirname(join(outDir, uri));
  return {
    init: join(folder, segments[0]?.map?.uri ?? "no EXT-X-MAP"),
    segments: segments.map((segment) => ({ path: join(folder, segment.uri), seconds: segment.duration })),
    targetDuration,
    endlist,
  };
}

const rendition = (id: string) => result.renditions.find((made) => made.id === id);

t.test("the output is what this test is about", async (t) => {
  t.ok(validation.ok);
  t.same(
    result.renditions.map(({ id }) => id),
    [...RUNGS, ...SOUNDS],
  );
});

t.test("the master says what the init segments say", async (t) => {
  const master = HLS.parse(await readFile(join(outDir, "master.m3u8"), "utf8")) as HLS.types.MasterPlaylist;
  t.same(
    master.variants.map(({ uri }) => uri),
    RUNGS.map((id) => `${id}/index.m3u8`),
  );
  for (const variant of master.variants) {
    const sounds = variant.audio.map(({ uri = "" }) => uri);
    t.same(
      sounds,
      SOUNDS.map((id) => `${id}/index.m3u8`),
    );
    t.equal(variant.subtitles.length, 1);
    const inits = await Promise.all([variant.uri, ...sounds].map(async (uri) => (await playlist(uri)).init));
    const read = await Promise.all(inits.map((init) => readMp4([init])));
    const tracks = read.map(({ movie }) => movie.tracks[0]);
    const codecs = new Set(tracks.map((track) => track?.codec));
    t.same(variant.codecs?.split(","), [...codecs], `${variant.uri}: ${variant.codecs}`);
    t.match(tracks[0]?.video, { width: variant.resolution?.width, height: variant.resolution?.height });
    t.match(tracks[1]?.audio, { sample_rate: 48_000, channel_count: 2 });
    t.match(variant.frameRate, 29.97);
    const dearest = await Promise.all([variant.uri, sounds[0] ?? ""].map(peakRate));
    const peak = dearest.reduce((sum, rate) => sum + rate, 0);
    t.ok(variant.bandwidth >= Math.floor(peak), `BANDWIDTH ${variant.bandwidth} covers ${peak}`);
    t.ok((variant.averageBandwidth ?? Number.POSITIVE_INFINITY) <= variant.bandwidth);
  }
});

for (const id of [...RUNGS, ...SOUNDS]) {
  t.test(`${id}: every segment as GPAC reads it`, async (t) => {
    const { init, segments, targetDuration, endlist } = await playlist(`${id}/index.m3u8`);
    t.ok(endlist);
    t.equal(segments.length, 3);
    const empty = await readMp4([init]);
    t.match(empty.movie, { isFragmented: true, hasMoov: true });
    t.equal(empty.movie.tracks.length, 1);
    t.equal(empty.samples.length, 0);
    let [next, sequence] = [0, 0];
    for (const [i, { path, seconds }] of segments.entries()) {
      const read = await readMp4([init, path]);
      const { timescale } = read.movie.tracks[0] ?? { timescale: Number.NaN };
      const ticks = read.samples.reduce((sum, sample) => sum + sample.duration, 0);
      t.equal(read.samples[0]?.dts, next, `segment ${i + 1} begins where the one before ends`);
      t.ok(Math.abs(ticks / timescale - seconds) <= ROUNDING, `EXTINF ${seconds} for ${ticks} of ${timescale}`);
      t.ok(Math.round(seconds) <= targetDuration);
      next += ticks;
      for (const number of read.sequence) {
        sequence += 1;
        t.equal(number, sequence, "fragments are counted from 1");
      }
      syncFlags(t, read, id.startsWith("v"));
      samplesFillTheMedia(t, read);
    }
    whole(t, await readMp4([init, ...segments.map(({ path }) => path)]), rendition(id));
  });
}

t.test("the rungs are cut at the same places, and sound within half a second of them", async (t) => {
  const cuts = await Promise.all(
    [...RUNGS, ...SOUNDS].map(async (id) => (await playlist(`${id}/index.m3u8`)).segments),
  );
  const ends = cuts.map((segments) =>
    segments.map((_, i) => segments.slice(0, i + 1).reduce((a, b) => a + b.seconds, 0)),
  );
  const [first = [], ...others] = ends;
  for (const [i, other] of others.entries()) {
    if (i < RUNGS.length - 1) t.same(other, first);
    else for (const [n, end] of other.entries()) t.ok(Math.abs(end - (first[n] ?? 0)) <= 0.5, `${end} and ${first[n]}`);
  }
});

/** A player may begin at any segment: its first sample needs no other. Of a picture, only that one. */
function syncFlags(t: Test, { samples }: ReadMp4, picture: boolean): void {
  const wrong = samples.filter((sample, i) => sample.is_sync !== (!picture || i === 0));
  t.equal(wrong.length, 0, "sync flags");
}

function samplesFillTheMedia(t: Test, { samples, media }: ReadMp4): void {
  const places = media.map(({ start, end }) => ({ start, end, next: start }));
  for (const { offset, size } of samples) {
    const place = places.find(({ start, end }) => offset >= start && offset < end);
    if (place?.next === offset) place.next += size;
  }
  t.ok(places.length > 0 && places.every(({ next, end }) => next === end), "no byte of the media is without a sample");
}

/** The edit list (if there is one) shows the first picture at 0, and each moment has one picture. */
function whole(t: Test, { movie, samples }: ReadMp4, made: EncodedRendition | undefined): void {
  const [track] = movie.tracks;
  const zero = track?.edits?.[0]?.media_time ?? 0;
  const shown = samples.map(({ cts }) => cts - zero).sort((a, b) => a - b);
  t.equal(shown[0], 0, "it begins at 0");
  const step = samples[0]?.duration ?? 0;
  const gaps = shown.filter((time, i) => i > 0 && time - (shown[i - 1] ?? 0) !== step);
  t.equal(gaps.length, 0, "one sample follows the other");
  const last = samples.at(-1);
  const seconds = ((last?.dts ?? 0) + (last?.duration ?? 0)) / (track?.timescale ?? 1);
  t.ok(Math.abs(seconds - (made?.durationSeconds ?? 0)) < 0.001, `${seconds} s`);
}

/** Of the segments that last half the target and more: shorter ones do not count for themselves (RFC 8216, 4.1). */
async function peakRate(uri: string): Promise<number> {
  const { segments, targetDuration } = await playlist(uri);
  const counted = segments.filter(({ seconds }) => seconds >= targetDuration / 2);
  const rates = await Promise.all(
    counted.map(async ({ path, seconds }) => ((await readFile(path)).length * 8) / seconds),
  );
  return Math.max(...rates);
}

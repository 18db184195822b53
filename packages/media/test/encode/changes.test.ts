import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import { colourName, grid, joined, make, rendition } from "../support/pipeline.ts";
import { ffmpeg, ffmpegOutput, lavfi, QUICK } from "../support/tools.ts";

// What changes its kind in mid-film: a shared window that is resized, a broadcast between film and advertisement.

const dir = t.testdir();
const PART_SECONDS = 2;
const PARTS = [
  { colour: "red", size: "160x90", hertz: 400, rate: 44_100, channels: "2" },
  { colour: "lime", size: "90x90", hertz: 2000, rate: 48_000, channels: "1" },
  { colour: "blue", size: "320x180", hertz: 6000, rate: 32_000, channels: "2" },
];

/** Transport streams may simply be put one after the other. */
async function changing(name: string): Promise<string> {
  const parts = PARTS.map(async ({ colour, size, hertz, rate, channels }, i) => {
    const path = join(dir, `${i}-${name}`);
    const picture = lavfi(`color=${colour}:size=${size}:rate=25:duration=${PART_SECONDS}`);
    const sound = lavfi(`sine=${hertz}:sample_rate=${rate}:duration=${PART_SECONDS}`);
    const timing = ["-muxdelay", "0", "-output_ts_offset", String(1 + i * PART_SECONDS)];
    await ffmpeg(...picture, ...sound, ...QUICK, "-c:a", "mp2", "-ac", channels, ...timing, path);
    return readFile(path);
  });
  const path = join(dir, name);
  await writeFile(path, Buffer.concat(await Promise.all(parts)));
  return path;
}

const made = await make(await changing("changing.ts"), join(dir, "out"));
const video = rendition(made, "video");
const audio = rendition(made, "audio");
const MIDDLES = PARTS.map((_, i) => (i + 0.5) * PART_SECONDS);

t.test("it is as long as its parts", async (t) => {
  t.ok(made.validation.ok, JSON.stringify(made.validation));
  t.match(video, { width: 160, height: 90 });
  for (const { id, durationSeconds } of [video, audio])
    t.ok(Math.abs(durationSeconds - 6) < 0.1, `${id}: ${durationSeconds} s`);
});

t.test("pictures of another size are fitted in where they belong, in their proportions", async (t) => {
  const file = await joined(made, "video");
  const rows = await Promise.all(MIDDLES.map((at) => grid(file, { columns: 9, rows: 1, at })));
  const seen = rows.map(([row = []]) => [row[0], row[4], row[8]].map(colourName));
  t.same(seen, [
    ["red", "red", "red"],
    ["black", "green", "black"],
    ["blue", "blue", "blue"],
  ]);
});

t.test("a film of odd sides has bars, too", async (t) => {
  const sizes = ["161x91", "91x161"];
  const parts = sizes.map(async (size, i) => {
    const path = join(dir, `odd-${i}.ts`);
    const source = lavfi(`color=${i === 0 ? "red" : "lime"}:size=${size}:rate=25:duration=0.4`);
    await ffmpeg(...source, ...QUICK, "-pix_fmt", "yuv444p", "-output_ts_offset", String(1 + i * 0.4), path);
    return readFile(path);
  });
  const path = join(dir, "odd.ts");
  await writeFile(path, Buffer.concat(await Promise.all(parts)));
  const odd = await make(path, join(dir, "odd"));
  t.match(rendition(odd, "video"), { width: 160, height: 90 });
  const file = await joined(odd, "video");
  const rows = await Promise.all([0, 0.6].map((at) => grid(file, { columns: 16, rows: 1, at })));
  const seen = rows.map(([row = []]) => [row[0], row[8], row[15]].map(colourName));
  t.same(seen, [
    ["red", "red", "red"],
    ["black", "green", "black"],
  ]);
});

t.test("the sound of each part is heard in its time, and nothing twice", async (t) => {
  const file = await joined(made, "audio");
  for (const [i, { hertz }] of PARTS.entries()) {
    const start = i * PART_SECONDS + 0.2;
    const filters = `atrim=${start}:${start + 1.6},bandpass=f=${hertz}:width_type=h:w=100,bandpass=f=${hertz}:width_type=h:w=100`;
    const bytes = await ffmpegOutput("-i", file, "-af", filters, "-ac", "1", "-f", "s16le", "-");
    const samples = Array.from({ length: bytes.length / 2 }, (_, n) => bytes.readInt16LE(n * 2));
    const quiet = samples.slice(2400).findIndex((_, n, all) => n % 2400 === 0 && loudest(all.slice(n, n + 2400)) < 500);
    t.equal(quiet, -1, `${hertz} Hz throughout part ${i + 1}`);
  }
});

function loudest(samples: readonly number[]): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import { colourName, grid, joined, make, rendition } from "../support/pipeline.ts";
import { ffmpeg, lavfi, QUICK } from "../support/tools.ts";

const dir = t.testdir();
let made = 0;

/** Runs one file through everything and names the colours of the four quarters of its first picture. */
async function through(path: string) {
  made += 1;
  const result = await make(path, join(dir, `${made}`));
  const rows = await grid(await joined(result, "video"), { columns: 2, rows: 2 });
  const video = rendition(result, "video");
  if (video.kind !== "video") throw new Error("unreachable");
  return { ...result, video, colours: rows.map((row) => row.map(colourName)) };
}

/** Red and green above, blue and white below. */
function quarters(width: number, height: number): string {
  const half = `${width / 2}x${height / 2}:rate=25:duration=0.6`;
  const parts = ["red", "lime", "blue", "white"].map((colour, i) => `color=${colour}:size=${half}[c${i}]`);
  return `${parts.join(";")};[c0][c1][c2][c3]xstack=inputs=4:layout=0_0|w0_0|0_h0|w0_h0`;
}

async function film(
  name: string,
  options: readonly string[] = [],
  size: [number, number] = [192, 108],
): Promise<string> {
  const path = join(dir, name);
  await ffmpeg("-filter_complex", quarters(...size), ...QUICK, ...options, path);
  return path;
}

t.test("an ordinary film", async (t) => {
  const { video, colours, validation, poster, result, announced } = await through(await film("plain.mp4"));
  t.same(validation.ok, true, JSON.stringify(validation));
  t.same([video.width, video.height, video.frames, video.startSeconds], [192, 108, 15, 0]);
  t.match(video.codec, /^avc1\.64[0-9a-f]{4}$/);
  t.same(colours, [
    ["red", "green"],
    ["blue", "white"],
  ]);
  t.match(poster, { width: 192, height: 108, file: { contentType: "image/jpeg" } });
  t.same(announced, [video.init, ...video.segments], "each file was announced, whole");
  t.same(result.warnings, []);
});

t.test("a matrix that the scaler does not know, or that cannot be", async (t) => {
  for (const matrix of [0, 14]) {
    const path = await film(`matrix-${matrix}.mp4`, ["-bsf:v", `h264_metadata=matrix_coefficients=${matrix}`]);
    const { colours, validation } = await through(path);
    t.equal(validation.ok, true, JSON.stringify(validation));
    t.same(colours, [
      ["red", "green"],
      ["blue", "white"],
    ]);
  }
});

t.test("rotated: turned for good, in the right direction", async (t) => {
  const path = await film("turned.mp4");
  // The display matrix in the track's header, as a phone held upright writes it: a quarter turn clockwise.
  const bytes = await readFile(path);
  const matrix = bytes.indexOf("tkhd") + 4 + 40;
  t.equal(bytes.readInt32BE(matrix), 0x10000, "the matrix begins here");
  for (const [i, value] of [0, 0x10000, 0, -0x10000, 0, 0].entries()) bytes.writeInt32BE(value, matrix + i * 4);
  await writeFile(path, bytes);
  const { video, colours } = await through(path);
  t.same([video.width, video.height], [108, 192]);
  t.same(colours, [
    ["blue", "red"],
    ["white", "green"],
  ]);
});

t.test("portrait, odd sizes and samples that are not square", async (t) => {
  const portrait = await through(await film("portrait.mp4", [], [96, 160]));
  t.same([portrait.video.width, portrait.video.height], [96, 160]);
  for (const format of ["yuv444p", "yuv420p", "yuv410p"]) {
    const odd = join(dir, `odd-${format}.mkv`);
    await ffmpeg(...lavfi("testsrc2=size=161x91:rate=25:duration=0.2"), "-c:v", "ffv1", "-pix_fmt", format, odd);
    const even = await through(odd);
    t.same([even.video.width, even.video.height], [160, 90], format);
  }
  const wide = join(dir, "anamorphic.mp4");
  await ffmpeg(...lavfi("testsrc2=size=96x108:rate=25:duration=0.4,setsar=2/1"), ...QUICK, wide);
  const square = await through(wide);
  t.same([square.video.width, square.video.height], [192, 108]);
});

t.test("HDR becomes ordinary colours, and says so", async (t) => {
  const path = join(dir, "hdr.mov");
  const source = "tin=709:pin=709:min=709:rin=tv";
  const toHdr = `format=yuv444p,zscale=${source}:npl=203:t=smpte2084:p=2020:m=2020_ncl:r=tv,format=yuv422p10le`;
  const tags = [
    "-color_trc",
    "smpte2084",
    "-color_primaries",
    "bt2020",
    "-colorspace",
    "bt2020nc",
    "-color_range",
    "tv",
  ];
  await ffmpeg("-filter_complex", `${quarters(192, 108)},${toHdr}`, "-c:v", "prores_ks", ...tags, path);
  const { plan, colours, validation } = await through(path);
  t.equal(plan.video?.colour.treatment, "tonemap");
  t.same(colours, [
    ["red", "green"],
    ["blue", "white"],
  ]);
  t.equal(validation.ok, true);
});

t.test("wide gamuts are converted: what ordinary colours are in them comes out as these", async (t) => {
  const wanted = [220, 40, 40, 40, 200, 40, 40, 40, 220, 160, 160, 160];
  const half = "96x54:rate=25:duration=0.2";
  const parts = ["0xdc2828", "0x28c828", "0x2828dc", "0xa0a0a0"].map((each, i) => `color=${each}:size=${half}[c${i}]`);
  const picture = `${parts.join(";")};[c0][c1][c2][c3]xstack=inputs=4:layout=0_0|w0_0|0_h0|w0_h0`;
  for (const [primaries, matrix, range] of [
    ["smpte432", "bt709", "tv"],
    ["smpte432", "bt709", "pc"],
    ["bt2020", "bt2020nc", "tv"],
  ] as const) {
    const name = `${primaries}-${range}`;
    const path = join(dir, `${name}.mkv`);
    const wide = `scale=out_color_matrix=bt709:out_range=tv,format=yuv444p10le,zscale=tin=709:pin=709:min=709:rin=tv:t=709:p=${primaries}:m=${matrix}:r=${range},format=yuv420p10le`;
    const tags = ["-color_primaries", primaries, "-color_trc", "bt709", "-colorspace", matrix, "-color_range", range];
    await ffmpeg("-filter_complex", `${picture},${wide}`, ...["-c:v", "libx264", "-qp", "0", ...tags, path]);
    const result = await make(path, join(dir, name));
    t.equal(result.plan.video?.colour.treatment, "convert", name);
    const seen = (await grid(await joined(result, "video"), { columns: 6, rows: 6 })).map((row) => [row[1], row[4]]);
    const got = [seen[1], seen[4]].flat(2).map(Number);
    const off = got.map((value, i) => Math.abs(value - (wanted[i] ?? 0)));
    t.ok(Math.max(...off) <= 5, `${name}: ${got.join()} for ${wanted.join()}`);
  }
});

t.test("ten bits, full range and RGB come out in the same colours", async (t) => {
  const sources: [string, string[]][] = [
    ["ten.mkv", ["-c:v", "ffv1", "-pix_fmt", "yuv422p10le"]],
    ["full.avi", ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "2"]],
    ["rgb.mkv", ["-c:v", "ffv1", "-pix_fmt", "bgr0"]],
    ["moving.gif", ["-pix_fmt", "rgb8"]],
  ];
  for (const [name, options] of sources) {
    const path = join(dir, name);
    await ffmpeg("-filter_complex", quarters(192, 108), ...options, path);
    const { colours, validation } = await through(path);
    t.same(colours.flat(), ["red", "green", "blue", "white"], name);
    t.equal(validation.ok, true, name);
  }
});

/** How much neighbouring rows differ, in a picture of nothing but upright edges. */
async function combing(path: string): Promise<number> {
  const rows = await grid(path, { columns: 128, rows: 96, at: 0.2 });
  const differences = rows.slice(1).flatMap((row, y) => row.map(([, g], x) => Math.abs(g - (rows[y]?.[x]?.[1] ?? 0))));
  return differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
}

t.test("interlaced: no comb is left", async (t) => {
  const path = join(dir, "fields.mpg");
  const bar = "color=black:size=128x96:rate=50:duration=0.8,geq=lum='if(lt(mod(X-N*8,64),24),235,16)':cb=128:cr=128";
  const fields = `${bar},interlace=lowpass=off`;
  await ffmpeg(...lavfi(fields), "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-q:v", "2", path);
  const result = await make(path, join(dir, "fields"));
  t.equal(result.plan.video?.deinterlace, true);
  const [before, after] = [await combing(path), await combing(await joined(result, "video"))];
  t.ok(before > 20, `fields that move apart: ${before}`);
  t.ok(after < before / 5, `${before} -> ${after}`);
});

t.test("variable frame rate becomes constant without losing its length", async (t) => {
  const path = join(dir, "variable.mkv");
  const pick = "testsrc2=size=160x90:rate=60:duration=2,select='lt(t,0.5)+not(mod(n,20))'";
  await ffmpeg(...lavfi(pick), "-fps_mode", "vfr", ...QUICK, path);
  const { video, plan, validation } = await through(path);
  t.equal(validation.ok, true, JSON.stringify(validation));
  t.ok((plan.video?.frameRate.num ?? 0) >= 30);
  t.ok(Math.abs(video.durationSeconds - 2) < 0.35, `${video.durationSeconds}`);
});

import { join } from "node:path";
import t, { type Test } from "tap";
import { joined, type Made, make } from "../support/pipeline.ts";
import { ffmpeg, ffmpegOutput, lavfi, QUICK } from "../support/tools.ts";

/** A white picture and a beep at each of these moments, as a clapperboard makes them. */
const CLAPS = [1, 3, 5, 7];
const SECONDS = 9;
const RATE = 25;
const HERTZ = 48_000;
/** Less than people hear or see (ITU-R BT.1359), and less than half a picture. */
const MOST_MS = 20;

const dir = t.testdir();
const flash = CLAPS.map((at) => `between(t,${at},${at + 0.039})`).join("+");
const picture = lavfi(
  `color=black:size=160x90:rate=${RATE}:duration=${SECONDS},drawbox=color=white:t=fill:enable='${flash}'`,
);
const beep = CLAPS.map((at) => `between(t,${at},${at + 0.2})`).join("+");
/** The beeps are far apart in level, so that raising the whole makes the limiter work. */
const sound = lavfi(`aevalsrc='(${beep})*if(lt(t,4),0.8,0.02)*sin(2*PI*1000*t)':s=${HERTZ}:d=${SECONDS}`);

async function clapperboard(name: string, ...codecs: readonly string[]): Promise<string> {
  const path = join(dir, name);
  await ffmpeg(...picture, ...sound, ...QUICK, "-bf", "2", "-g", "50", "-preset", "veryfast", ...codecs, path);
  return path;
}

t.test("sound and picture stay together, as they are", async (t) => {
  await together(t, await make(await clapperboard("plain.mp4", "-c:a", "aac"), join(dir, "plain")));
});

t.test("also where the sound is raised and its peaks are held down", async (t) => {
  const path = await clapperboard("soft.mkv", "-c:a", "pcm_s16le", "-af", "volume=0.2");
  const made = await make(path, join(dir, "soft"), -5);
  t.match(made.plan.audio, [{ loudness: { limit: true } }]);
  await together(t, made);
});

t.test("also where everything begins late, in a transport stream", async (t) => {
  const path = await clapperboard("late.ts", "-c:a", "mp2", "-output_ts_offset", "90");
  await together(t, await make(path, join(dir, "late")));
});

async function together(t: Test, made: Made): Promise<void> {
  t.same(made.validation.ok || made.validation.problem, true);
  const flashes = await flashesOf(await joined(made, "video"));
  const beeps = await beepsOf(await joined(made, "audio"));
  t.equal(flashes.length, CLAPS.length);
  t.equal(beeps.length, CLAPS.length);
  for (const [i, at] of flashes.entries()) {
    const late = ((beeps[i] ?? Number.NaN) - at) * 1000;
    t.ok(Math.abs(late) <= MOST_MS, `clap ${i + 1}: sound ${late.toFixed(1)} ms after the picture`);
  }
}

/** Seconds at which the picture turns white. */
async function flashesOf(file: string): Promise<number[]> {
  const filters = `fps=200:start_time=0,scale=1:1:flags=area,format=gray`;
  const frames = await ffmpegOutput("-i", file, "-vf", filters, "-f", "rawvideo", "-");
  return rises([...frames].map((value) => value > 128)).map((index) => index / 200);
}

/** Seconds at which a beep begins. */
async function beepsOf(file: string): Promise<number[]> {
  const filters = `aresample=${HERTZ}:async=1:first_pts=0,aformat=channel_layouts=mono`;
  const bytes = await ffmpegOutput("-i", file, "-af", filters, "-f", "f32le", "-");
  const samples = new Float32Array(Uint8Array.from(bytes).buffer);
  const block = HERTZ / 1000;
  const loud: boolean[] = [];
  for (let at = 0; at + block <= samples.length; at += block) {
    loud.push(samples.subarray(at, at + block).some((value) => Math.abs(value) > 0.008));
  }
  return rises(loud, 100).map((ms) => ms / 1000);
}

/** Where it turns true after having been false for `quiet` places. */
function rises(values: readonly boolean[], quiet = 1): number[] {
  const found: number[] = [];
  let falseFor = quiet;
  for (const [i, value] of values.entries()) {
    if (value && falseFor >= quiet) found.push(i);
    falseFor = value ? 0 : falseFor + 1;
  }
  return found;
}

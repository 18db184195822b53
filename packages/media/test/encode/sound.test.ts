import { rm } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import { joined, type Made, make, rendition } from "../support/pipeline.ts";
import { ffmpeg, ffmpegOutput, lavfi, QUICK } from "../support/tools.ts";

const dir = t.testdir();
/** A white picture and a tone, both from 1.0 s to 1.2 s. */
const FLASH = "color=black:size=160x90:rate=25:duration=2,geq=lum='if(between(T,0.99,1.19),235,16)':cb=128:cr=128";
const BEEP = "sine=frequency=1000:sample_rate=48000:duration=2,volume='between(t,1,1.2)':eval=frame";

/** Seconds at which the picture turns white and the sound begins, as a reader of the output sees them. */
async function moments(made: Made): Promise<{ flash: number; beep: number }> {
  const gray = ["-vf", "scale=1:1:flags=area,format=gray", "-f", "rawvideo", "-"];
  const picture = await ffmpegOutput("-i", await joined(made, "video"), ...gray);
  const sound = await ffmpegOutput("-i", await joined(made, "audio"), "-ac", "1", "-ar", "8000", "-f", "s16le", "-");
  const video = rendition(made, "video");
  const rate = video.kind === "video" ? video.frameRate.num / video.frameRate.den : 0;
  const samples = Array.from({ length: sound.length / 2 }, (_, i) => sound.readInt16LE(i * 2));
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return {
    flash: picture.findIndex((luma) => luma > 120) / rate,
    beep: samples.findIndex((sample) => Math.abs(sample) > loudest / 3) / 8000,
  };
}

t.test("picture and sound stay together, whatever the start times", async (t) => {
  const cases: [string, string[], string[]][] = [
    ["plain.mp4", [], []],
    ["late-sound.mkv", [], ["-itsoffset", "0.5"]],
    ["late-picture.mp4", ["-itsoffset", "0.5"], []],
    // Matroska counts in milliseconds, the sound's filters in samples.
    ["started.mkv", ["-itsoffset", "30"], ["-itsoffset", "30"]],
    ["transport.ts", ["-itsoffset", "3"], ["-itsoffset", "3"]],
  ];
  for (const [name, videoOptions, audioOptions] of cases) {
    const path = join(dir, name);
    const inputs = [...videoOptions, ...lavfi(FLASH), ...audioOptions, ...lavfi(BEEP)];
    await ffmpeg(...inputs, ...QUICK, "-bf", "2", "-c:a", "aac", "-map", "0", "-map", "1", path);
    const made = await make(path, join(dir, `${name}.d`));
    t.equal(made.validation.ok, true, JSON.stringify(made.validation));
    const { flash, beep } = await moments(made);
    const shift = (audioOptions.length - videoOptions.length) / 4;
    t.ok(Math.abs(beep - flash - shift) < 0.05, `${name}: flash ${flash}, beep ${beep}`);
    for (const each of made.result.renditions)
      t.ok(Math.abs(each.startSeconds) < 0.01, `${name} ${each.id} starts at 0`);
  }
});

t.test("segments of four seconds, sound's near the picture's, durations exact", async (t) => {
  const path = join(dir, "nine.mp4");
  const inputs = [...lavfi("testsrc2=size=160x90:rate=25:duration=9.2"), ...lavfi("sine=duration=9.2")];
  await ffmpeg(...inputs, ...QUICK, "-c:a", "aac", path);
  const made = await make(path, join(dir, "nine.d"));
  t.equal(made.validation.ok, true, JSON.stringify(made.validation));
  t.same(
    rendition(made, "video").segments.map((segment) => segment.durationSeconds),
    [4, 4, 1.2],
  );
  const ends = rendition(made, "audio").segments.map((segment) => segment.durationSeconds);
  t.equal(ends.length, 3);
  t.ok(Math.abs((ends[0] ?? 0) - 4) < 0.5, ends.join());
  t.ok(Math.abs(rendition(made, "audio").durationSeconds - 9.2) < 0.05);
});

t.test("no sound, only sound, a cover", async (t) => {
  const mute = join(dir, "mute.mp4");
  await ffmpeg(...lavfi("testsrc2=size=160x90:rate=25:duration=0.4"), ...QUICK, mute);
  const silent = await make(mute, join(dir, "mute.d"));
  t.same(
    silent.result.renditions.map(({ kind }) => kind),
    ["video"],
  );
  t.equal(silent.validation.ok, true);

  const song = join(dir, "song.mp3");
  const inputs = [...lavfi("sine=duration=1:sample_rate=44100"), ...lavfi("color=red:size=64x64:rate=1:duration=1")];
  await ffmpeg(
    ...inputs,
    "-map",
    "0",
    "-map",
    "1",
    "-frames:v",
    "1",
    "-c:v",
    "mjpeg",
    "-disposition:v",
    "attached_pic",
    song,
  );
  const heard = await make(song, join(dir, "song.d"));
  t.same(
    heard.result.renditions.map(({ kind }) => kind),
    ["audio"],
  );
  t.equal(heard.poster, null);
  t.equal(heard.validation.ok, true, JSON.stringify(heard.validation));
  t.ok(Math.abs(heard.result.durationSeconds - 1) < 0.08);
});

t.test("5.1 and mono become stereo, at 48 kHz", async (t) => {
  const path = join(dir, "surround.mkv");
  await ffmpeg(...lavfi("sine=duration=0.5"), "-af", "pan=5.1|FC=c0", "-c:a", "flac", path);
  const made = await make(path, join(dir, "surround.d"));
  const shape = await ffmpegOutput("-i", await joined(made, "audio"), "-f", "s16le", "-");
  const seconds = shape.length / (2 * 2 * 48000);
  t.ok(Math.abs(seconds - 0.5) < 0.06, `${seconds} s of 48 kHz stereo`);
});

t.test(
  "a mixing desk's many channels, which nobody says the places of: all of them are heard on both sides",
  async (t) => {
    const path = join(dir, "desk.mov");
    const channels = Array.from({ length: 9 }, (_, i) => (i === 8 ? "sin(1000*2*PI*t)" : "0")).join("|");
    const sound = lavfi(`aevalsrc=${channels}:sample_rate=48000:duration=1`);
    await ffmpeg(...lavfi("testsrc2=size=64x64:rate=25:duration=1"), ...sound, ...QUICK, "-c:a", "pcm_s16le", path);
    const made = await make(path, join(dir, "desk"));
    t.equal(made.validation.ok, true, JSON.stringify(made.validation));
    const bytes = await ffmpegOutput("-i", await joined(made, "audio"), "-f", "s16le", "-");
    const samples = Array.from({ length: bytes.length / 2 }, (_, i) => Math.abs(bytes.readInt16LE(i * 2)));
    for (const side of [0, 1]) t.ok(Math.max(...samples.filter((_, i) => i % 2 === side)) > 32_768 / 12);
  },
);

t.test("a still picture lasts as long as its sound, and sound is silent to the picture's end", async (t) => {
  const still = join(dir, "still.mkv");
  await ffmpeg(...lavfi("testsrc2=size=160x90:rate=25:duration=0.04"), ...lavfi("sine=duration=3"), ...QUICK, still);
  const shown = await make(still, join(dir, "still.d"));
  t.ok(Math.abs(rendition(shown, "video").durationSeconds - 3) < 0.2);
  t.equal(shown.validation.ok, true);

  const quiet = join(dir, "quiet.mp4");
  await ffmpeg(...lavfi("testsrc2=size=160x90:rate=25:duration=3"), ...lavfi("sine=duration=1"), ...QUICK, quiet);
  const heard = await make(quiet, join(dir, "quiet.d"));
  t.ok(Math.abs(rendition(heard, "audio").durationSeconds - 3) < 0.2);
  t.equal(heard.restarts, 0, "the header says how long both are");

  // A stream of packets says nothing of the kind: found out by encoding, and done again.
  const live = join(dir, "live.webm");
  const inputs = [...lavfi("testsrc2=size=160x90:rate=25:duration=3"), ...lavfi("sine=duration=1")];
  await ffmpeg(...inputs, "-c:v", "libvpx", "-b:v", "200k", "-c:a", "libopus", "-live", "1", live).catch(() =>
    rm(live),
  );
  const again = await make(live, join(dir, "live.d"));
  t.ok(Math.abs(rendition(again, "audio").durationSeconds - 3) < 0.2);
  const files = again.result.renditions.flatMap(({ init, segments }) => [
    init.name,
    ...segments.map(({ name }) => name),
  ]);
  t.same(
    again.announced.map(({ name }) => name).toSorted(),
    files.toSorted(),
    "what was announced last is what there is",
  );
});

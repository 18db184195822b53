import { testStack } from "@lectern/local-stack";
import t from "tap";
import { film, richFilm, turned } from "../src/films.ts";
import { startBrowser } from "./support/browser.ts";
import { startSystem } from "./support/system.ts";
import { watch } from "./support/watch.ts";

/** More than one segment. */
const SECONDS = 6;
const SHORT = 3;
const SUBTITLE = "안녕하세요";
const { chromium } = await testStack();

if (chromium === null) t.plan(0, "there is no Chromium on this machine, and the set-up could not install one");
else await plays(chromium);

async function plays(executable: string): Promise<void> {
  const [system, browser, rich, lying] = await Promise.all([
    ...([startSystem(t), startBrowser(t, executable)] as const),
    ...([richFilm(SECONDS, SUBTITLE), film(SHORT)] as const),
  ]);
  const { teacher } = system;

  /** As a private bucket allows it: by the playback address, without any header. */
  async function published(bytes: Buffer): Promise<string> {
    const changes = await watch(t, system, teacher);
    const id = await teacher.upload(bytes);
    await teacher.complete(id);
    const last = (await changes.untilFinal(() => teacher.videoProgress(id))).at(-1);
    if (last?.status !== "READY") throw new Error(`${last?.status}: ${last?.error_reason}`);
    return (await teacher.playback(id)).body.url;
  }

  const films = [
    {
      name: "a lecture",
      bytes: rich,
      seconds: SECONDS,
      proportion: 16 / 9,
      heights: [480, 360, 240],
      sounds: ["en", "ko"],
      cues: [SUBTITLE],
    },
    {
      name: "a lecture that a phone recorded upright",
      bytes: turned(lying),
      seconds: SHORT,
      proportion: 9 / 16,
      heights: [320],
      sounds: null,
      cues: [],
    },
  ];
  for (const { name, bytes, seconds, proportion, heights, sounds, cues } of films) {
    t.test(`${name} plays in hls.js and in Shaka Player`, async (t) => {
      const all = await browser.play(await published(bytes));
      for (const player of ["hls.js", "Shaka Player"]) {
        const played = all.filter((one) => one.player === player);
        t.same(
          played.map(({ height }) => height).sort((a, b) => b - a),
          heights,
          `${player} played every size`,
        );
        if (sounds !== null)
          t.same([...new Set(played.map(({ sound }) => sound))].sort(), sounds, "and all of the sound");
      }
      for (const played of all) {
        const { player, width, height, times, frames } = played;
        t.comment(`${player}: ${width}x${height}, ${frames} frames`);
        t.ok(times.length > 0 && times.every((time, index) => time >= (times[index - 1] ?? 0)), "time advanced");
        t.ok((times.at(-1) ?? 0) > seconds - 0.5, "to the end");
        t.ok(Math.abs(played.duration - seconds) < 0.2, `it takes ${played.duration} s`);
        t.ok(frames > seconds * 20, `${frames} frames`);
        t.ok(Math.abs(width / height / proportion - 1) < 0.02, `${width}x${height} has the right proportions`);
        t.equal(played.levels, heights.length);
        t.equal(played.audioTracks, sounds?.length ?? 1, "the sound is a rendition of its own");
        t.ok(played.audioBytes > 0, "and was decoded");
        t.same(played.cues, cues, "subtitles");
        const [only, ...more] = played.buffered;
        t.same(more, [], "there is no hole");
        t.ok(only && only[0] < 0.1 && only[1] > seconds - 0.2, `all of it was there: ${only}`);
      }
    });
  }
}

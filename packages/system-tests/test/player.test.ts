import { testStack } from "@lectern/local-stack";
import t from "tap";
import { film, turned } from "../src/films.ts";
import { startBrowser } from "./support/browser.ts";
import { startSystem } from "./support/system.ts";
import { watch } from "./support/watch.ts";

const SECONDS = 3;
const { chromium, s3 } = await testStack();

if (chromium === null) t.plan(0, "there is no Chromium on this machine, and the set-up could not install one");
else if (s3.publicReadUrl === null) t.plan(0, "a browser needs S3_PUBLIC_READ_URL to read from this store");
else await plays(chromium, s3.publicReadUrl);

async function plays(executable: string, storeUrl: string): Promise<void> {
  const [system, browser, lying] = await Promise.all([startSystem(t), startBrowser(t, executable), film(SECONDS)]);
  const { teacher } = system;

  async function published(bytes: Buffer): Promise<string> {
    const changes = await watch(t, system, teacher);
    const id = await teacher.upload(bytes);
    await teacher.complete(id);
    const last = (await changes.untilFinal(() => teacher.videoProgress(id))).at(-1);
    if (last?.status !== "READY") throw new Error(`${last?.status}: ${last?.error_reason}`);
    return `${storeUrl}${last.hls_path}`;
  }

  const films = [
    { name: "a lecture", bytes: lying, proportion: 16 / 9 },
    { name: "a lecture that a phone recorded upright", bytes: turned(lying), proportion: 9 / 16 },
  ];
  for (const { name, bytes, proportion } of films) {
    t.test(`${name} plays in hls.js`, async (t) => {
      const played = await browser.play(await published(bytes));
      t.ok(played.times.length > 3, `time was told ${played.times.length} times`);
      t.ok(
        played.times.every((time, index) => time >= (played.times[index - 1] ?? 0)),
        "and it advanced",
      );
      t.ok((played.times.at(-1) ?? 0) > SECONDS - 0.5, "to the end");
      t.ok(Math.abs(played.duration - SECONDS) < 0.2, `it takes ${played.duration} s`);
      t.ok(played.frames > SECONDS * 10, `${played.frames} frames`);
      const seen = played.width / played.height;
      t.ok(Math.abs(seen / proportion - 1) < 0.02, `${played.width}x${played.height} has the right proportions`);
      t.ok(played.levels >= 1);
      t.equal(played.audioTracks, 1, "the sound is a rendition of its own");
      t.ok(played.audioBytes > 0, "and was decoded");
    });
  }
}

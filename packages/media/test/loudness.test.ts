import { join } from "node:path";
import t from "tap";
import { planEncode, probe, withLoudness } from "../src/index.ts";
import { ffmpeg, lavfi, never, tools } from "./support/tools.ts";

t.test("tracks of different lengths get each its own gain, and the measuring says how far it is", async (t) => {
  const path = join(t.testdir(), "tracks.mkv");
  const sine = (seconds: number, volume: number) => lavfi(`sine=frequency=440:duration=${seconds},volume=${volume}`);
  const sounds = [...sine(6, 0.5), ...sine(3, 4), ...lavfi("anullsrc=r=48000:cl=mono,atrim=duration=5")];
  await ffmpeg(...sounds, "-map", "0", "-map", "1", "-map", "2", "-c:a", "pcm_s16le", path);
  const probed = await probe(tools, { path }, { signal: never() });
  if (probed.kind !== "media") throw new Error(probed.detail);
  const shares: number[] = [];
  const { audio } = await withLoudness(planEncode(probed.info), {
    ...{ tools, sourcePath: path, target: -16, signal: never() },
    onProgress: (share) => shares.push(share),
  });
  const [soft, loud, silent] = audio.map(({ loudness }) => loudness?.gain ?? 0);
  // 18 dB between them.
  t.ok(Math.abs((soft ?? 0) - (loud ?? 0) - 18.1) < 0.3, `${soft} dB and ${loud} dB`);
  t.equal(silent, 0);
  // Of six seconds three tracks have 6, 3 and 5.
  t.ok(Math.abs((shares.at(-1) ?? 0) - 14 / 18) < 0.01, `${shares}`);
});

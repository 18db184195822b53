import t from "tap";
import type { EncodedRendition } from "../../src/index.ts";
import { worthwhile } from "../../src/output/rungs.ts";

/** Peaks in kilobits a second, largest picture first; what is kept of them. */
function kept(...peaks: readonly number[]): number[] {
  const base = { init: null, segments: [], codec: "", durationSeconds: 1, startSeconds: 0, averageBitRate: 1 };
  const renditions = peaks.map((peak, i) => ({ ...base, id: `v${i}`, kind: "video", peakBitRate: peak * 1000 }));
  const sound = { ...base, id: "a1", kind: "audio", peakBitRate: 128_000 };
  const all = [...renditions, sound] as unknown as EncodedRendition[];
  const found = worthwhile(all);
  t.equal(found.at(-1)?.id, "a1", "sound stays");
  return found.slice(0, -1).map(({ peakBitRate }) => peakBitRate / 1000);
}

t.test("what moves keeps its ladder", async (t) => {
  t.same(kept(5000, 2800, 1400, 800, 400), [5000, 2800, 1400, 800, 400]);
});

t.test("a rung that costs nearly as much as the one above is left out", async (t) => {
  t.same(kept(1000, 900, 700, 600, 350), [1000, 700, 350], "each is compared with the one that was kept above it");
});

t.test("slides that any connection takes come in one size", async (t) => {
  t.same(kept(280, 200, 120, 80, 50), [280]);
  t.same(kept(600, 290, 180, 90, 50), [600, 290]);
  t.same(kept(50), [50]);
});

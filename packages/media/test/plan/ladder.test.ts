import fc from "fast-check";
import t from "tap";
import { ladderFor } from "../../src/plan/ladder.ts";
import { DEFAULT_PLAN_OPTIONS } from "../../src/plan/plan.ts";

const thirty = { num: 30, den: 1 };
const sizes = (width: number, height: number) =>
  ladderFor(width, height, thirty, DEFAULT_PLAN_OPTIONS).map((rung) => `${rung.width}x${rung.height}`);

t.test("known sources", async (t) => {
  t.same(sizes(1920, 1080), ["1920x1080", "1280x720", "854x480", "640x360", "426x240"]);
  t.same(sizes(1080, 1920), ["1080x1920", "720x1280", "480x854", "360x640", "240x426"]);
  t.same(sizes(3840, 2160)[0], "1920x1080");
  t.same(sizes(3026, 1386)[0], "1920x880", "wider than 16:9 fits the box");
  t.same(sizes(1280, 360), ["1280x360", "854x240", "640x180", "426x120"]);
  t.same(sizes(700, 700), ["700x700", "480x480", "360x360", "240x240"]);
  t.same(sizes(270, 480), ["270x480"], "no second rung close to the first");
  t.same(sizes(175, 143), ["174x142"]);
  t.same(sizes(1, 1), ["2x2"], "H.264 has nothing smaller");
});

t.test("every source: even, never larger, same proportions, each rung once", async () => {
  const side = fc.integer({ min: 2, max: 8192 });
  fc.assert(
    fc.property(side, side, (width, height) => {
      const rungs = ladderFor(width, height, thirty, DEFAULT_PLAN_OPTIONS);
      const ids = new Set(rungs.map((rung) => rung.id));
      if (rungs.length === 0 || ids.size !== rungs.length) return false;
      return rungs.every((rung) => {
        const even = rung.width % 2 === 0 && rung.height % 2 === 0;
        const within = rung.width <= width && rung.height <= height && rung.width >= 2 && rung.height >= 2;
        const exact = DEFAULT_PLAN_OPTIONS.ladder.some((box) => {
          const factor = Math.min(1, box / Math.min(width, height), (box * 16) / 9 / Math.max(width, height));
          // Even numbers are at most one pixel off; a side of two pixels is the least there can be.
          const near = (got: number, source: number) => got === 2 || Math.abs(got - source * factor) <= 1;
          return near(rung.width, width) && near(rung.height, height);
        });
        return even && within && exact;
      });
    }),
    { numRuns: 2000 },
  );
});

t.test("bit rates fall with the size and rise with the frame rate", async (t) => {
  const rates = ladderFor(1920, 1080, thirty, DEFAULT_PLAN_OPTIONS).map((rung) => rung.maxRate);
  t.same(
    rates,
    rates.toSorted((a, b) => b - a),
  );
  t.equal(rates[0], 5_000_000);
  const fast = ladderFor(1920, 1080, { num: 60, den: 1 }, DEFAULT_PLAN_OPTIONS)[0];
  t.ok((fast?.maxRate ?? 0) > 5_000_000);
  const slow = ladderFor(1920, 1080, { num: 5, den: 1 }, DEFAULT_PLAN_OPTIONS)[0];
  t.equal(slow?.maxRate, 5_000_000, "few pictures a second do not take quality away");
});

import fc from "fast-check";
import t from "tap";
import { toText } from "../../src/fraction.ts";
import { frameRateFor, segmentFramesFor, timescaleFor } from "../../src/plan/frame-rate.ts";
import { video } from "../support/info.ts";

function rate(base: string | null, average: string | null, codec = "h264"): string {
  const parse = (text: string | null) => {
    const [num = 0, den = 1] = (text ?? "").split("/").map(Number);
    return text === null ? null : { num, den };
  };
  const stream = video({ codec, baseFrameRate: parse(base), averageFrameRate: parse(average) });
  return toText(frameRateFor(stream, 60));
}

t.test("the rate of the output", async (t) => {
  t.equal(rate("30000/1001", "30000/1001"), "30000/1001");
  t.equal(rate("2997/100", "2997/100"), "30000/1001", "written inexactly");
  t.equal(rate("25/1", null), "25/1", "no average");
  t.equal(rate(null, null), "30/1");
  t.equal(rate("5/1", "5/1"), "5/1", "slow but constant");
  t.equal(rate("30000/1001", "115000/3853"), "30000/1001", "a phone's slightly variable rate");
  t.equal(rate("289/12", "625/26"), "24/1");
  t.equal(rate("57600/1", "3628800/502589"), "30/1", "a screen recording with a grid of 57600");
  t.equal(rate("600/1", "24600/1469"), "30/1");
  t.equal(rate("90000/1", "45/1"), "48/1", "the next usual rate above the average");
  t.equal(rate("120/1", "120/1"), "60/1", "halved to the maximum");
  t.equal(rate("90/1", "90/1"), "45/1");
  t.equal(rate("50/1", "25/1"), "25/1", "fields counted");
  t.equal(rate("60/1", "20/1"), "60/1", "a usable grid: nothing is lost");
  t.equal(rate("60000/1001", "25/1", "mpeg1video"), "30000/1001", "MPEG-1's grid is of fields");
  t.equal(rate("50/1", null, "mpeg2video"), "25/1");
  t.equal(rate("25/1", null, "mpeg2video"), "25/1", "older versions count frames");
  t.equal(rate("1/100", "1/100"), "1/1", "a GIF with one picture in minutes");
});

t.test("every rate: within limits, whole ticks a frame", async () => {
  const fraction = fc.record({
    num: fc.integer({ min: 1, max: 1_000_000 }),
    den: fc.integer({ min: 1, max: 1_000_000 }),
  });
  fc.assert(
    fc.property(fc.option(fraction), fc.option(fraction), (baseFrameRate, averageFrameRate) => {
      const found = frameRateFor(video({ baseFrameRate, averageFrameRate }), 60);
      const timescale = timescaleFor(found);
      const perFrame = (timescale * found.den) / found.num;
      return (
        found.num / found.den <= 60.03 &&
        found.num / found.den >= 1 &&
        Number.isInteger(perFrame) &&
        timescale < 2 ** 31 &&
        segmentFramesFor(found, 4) >= 1
      );
    }),
    { numRuns: 2000 },
  );
});

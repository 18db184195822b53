import t from "tap";
import { readArguments } from "../../src/bench/upload/arguments.ts";
import { trends } from "../../src/bench/upload/memory.ts";

t.test("memory: what grows is told from what goes up and down", async (t) => {
  const samples = Array.from({ length: 20 }, (_, at) => ({
    heap: 10 + (at % 4),
    tab: 100 + 5 * at,
    browser: at === 10 ? 900 : 300,
    api: 80 - at,
  }));
  const { heap, tab, browser, api } = trends(samples);
  t.strictSame(heap, { start: 11.5, peak: 13, growth: 0 });
  t.strictSame(tab, { start: 107.5, peak: 195, growth: 80 });
  t.strictSame(browser, { start: 300, peak: 900, growth: 0 }, "a moment is a peak, and no growth");
  t.equal(api.growth, -16);
  t.match(trends(samples.slice(0, 1)), { heap: { start: 10, peak: 10, growth: 0 } });
});

t.test("arguments: bounded, and refused by name", async (t) => {
  t.strictSame(readArguments([]), { size: 2048, rounds: 3, parallel: 4 });
  t.strictSame(readArguments(["--size", "256"]), { size: 256, rounds: 3, parallel: 4 });
  for (const [name, value] of Object.entries({ size: "9000", rounds: "0", parallel: "seven" }))
    t.throws(() => readArguments([`--${name}`, value]), { message: new RegExp(`^--${name} ${value} cannot be used`) });
});

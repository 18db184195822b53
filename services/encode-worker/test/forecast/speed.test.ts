import t from "tap";
import { paceMs } from "../../src/forecast/pace.ts";
import { SpeedGauge } from "../../src/forecast/speed.ts";

t.test("a gauge counts from its first news and hears of a machine that became slower", async (t) => {
  const gauge = new SpeedGauge();
  gauge.note(5, 0.1);
  t.equal(gauge.at(5), null, "one piece of news is no speed");
  gauge.note(6, 0.1);
  for (let n = 1; n <= 40; n += 1) gauge.note(5 + n * 0.5, 0.1 + n * 0.01);
  const steady = gauge.at(25);
  t.ok(Math.abs((steady?.total ?? 0) - 50) < 0.5, `${steady?.total} s, whatever the start took`);
  for (let n = 1; n <= 400; n += 1) gauge.note(25 + n * 0.1, 0.5 + n * 0.0005);
  const slower = gauge.at(66);
  t.ok((slower?.total ?? 0) > 80);
  t.equal(Math.round(slower?.age ?? 0), 1);
});

t.test("a short bar and the last seconds are written often, a long one at least every 700 ms", async (t) => {
  t.equal(paceMs(0, 36_000), 700);
  t.equal(paceMs(0, 20), 200);
  t.equal(paceMs(38, 2), 100);
  t.equal(paceMs(3_600, 5), 250);
  t.equal(paceMs(5, null), 100);
});

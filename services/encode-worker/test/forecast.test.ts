import { overallPercent } from "@lectern/keys";
import t from "tap";
import { createForecaster } from "../src/forecast.ts";

t.test("before the encode's speed is known, the steps' weights tell the percent and nothing the rest", async (t) => {
  const forecast = createForecaster();
  const downloading = { step: "downloading", stepPercent: 50, stepSeconds: 10, runSeconds: 10 } as const;
  t.strictSame(forecast(downloading), { remaining: null, percent: overallPercent("downloading", 50) });
  const starting = { step: "transcoding", stepPercent: 1, stepSeconds: 1, runSeconds: 21 } as const;
  t.equal(forecast(starting).remaining, null);
});

t.test("after that, percent is the share of time that is over", async (t) => {
  const forecast = createForecaster();
  // 100 s of download, then an encode at a steady 4 s a percent, then 5 s.
  for (let percent = 5; percent <= 100; percent += 5) {
    const stepSeconds = percent * 4;
    const told = forecast({ step: "transcoding", stepPercent: percent, stepSeconds, runSeconds: 100 + stepSeconds });
    t.ok(Math.abs((told.remaining ?? 0) - (505 - 100 - stepSeconds)) < 0.001, `${told.remaining} s to go`);
    t.ok(Math.abs(told.percent - Math.min(99, ((100 + stepSeconds) / 505) * 100)) < 0.001, `${told.percent} %`);
  }
  const last = forecast({ step: "uploading", stepPercent: 100, stepSeconds: 1, runSeconds: 505 });
  t.strictSame(last, { remaining: 0, percent: 99 }, "100 is said by READY alone");
});

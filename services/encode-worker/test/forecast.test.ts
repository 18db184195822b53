import t from "tap";
import { createForecast } from "../src/forecast.ts";

t.test("the rest is forecast from the encode's own speed", async (t) => {
  const forecast = createForecast();
  t.equal(forecast.remaining("downloading", 50, 10), null, "nothing is known before the encode");
  t.equal(forecast.remaining("transcoding", 1, 1), null, "nor from its first moment");
  const early = forecast.remaining("transcoding", 25, 100) ?? 0;
  t.ok(early > 300 && early < 400, `three quarters of 400 s and the steps after it: ${early}`);
  const late = forecast.remaining("transcoding", 100, 400) ?? 0;
  t.ok(late > 0 && late < 60);
  const last = forecast.remaining("uploading", 100, 1) ?? -1;
  t.equal(last, 0);
});

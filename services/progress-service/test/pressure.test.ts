import t from "tap";
import { watchPressure } from "../src/pressure.ts";

t.test("a slow Redis: come back in 5 to 10 s; and no more of it once it is quick again", async (t) => {
  const pressure = watchPressure();
  t.teardown(pressure.stop);
  t.equal(pressure.retryAfter(), null);
  const until = async (pressed: boolean, tookMs: number): Promise<void> => {
    while ((pressure.retryAfter() !== null) !== pressed) {
      pressure.readTook(tookMs);
      // Nothing tells of a look, which comes once a second; without a rest the asking would itself be the load.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await until(true, 150);
  for (let time = 0; time < 50; time += 1) {
    const seconds = pressure.retryAfter() ?? 0;
    t.ok(seconds >= 5 && seconds <= 10);
  }
  await until(false, 5);
  t.equal(pressure.retryAfter(), null);
});

t.test("an event loop that is held up", async (t) => {
  const pressure = watchPressure();
  t.teardown(pressure.stop);
  while (pressure.retryAfter() === null) {
    const began = performance.now();
    while (performance.now() - began < 150);
    await new Promise(setImmediate);
  }
  t.ok(pressure.retryAfter());
});

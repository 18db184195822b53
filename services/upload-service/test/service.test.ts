import t from "tap";
import { startService } from "./support/service.ts";

t.test("before it refuses connections it says that it is going, and answers on", async (t) => {
  const s = await startService(t, { DRAIN_DELAY_MS: "300" });
  const { publicApp, internalApp, shutdown } = s.service;
  for (const app of [publicApp, internalApp]) app.readiness.state = "ready";
  t.equal((await publicApp.inject("/readyz")).statusCode, 200);
  const headers = { authorization: await s.authorization() };
  const stopped = shutdown.stop("the test");
  // All at once, so that they come before the delay is over however slow the machine is.
  const answers = await Promise.all([
    publicApp.inject("/readyz"),
    internalApp.inject("/readyz"),
    publicApp.inject({ url: "/api/v1/media/videos/", headers }),
  ]);
  t.same(
    answers.map(({ statusCode }) => statusCode),
    [503, 503, 200],
  );
  await stopped;
});

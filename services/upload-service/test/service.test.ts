import t from "tap";
import { startService } from "./support/service.ts";

t.test("before it refuses connections it says that it is going, and answers on", async (t) => {
  const s = await startService(t, { DRAIN_DELAY_MS: "300" });
  const { publicApp, internalApp, shutdown } = s.service;
  for (const app of [publicApp, internalApp]) app.readiness.state = "ready";
  t.equal((await publicApp.inject("/readyz")).statusCode, 200);
  const stopped = shutdown.stop("the test");
  for (const app of [publicApp, internalApp]) t.equal((await app.inject("/readyz")).statusCode, 503);
  t.equal((await s.call("GET", "/api/v1/media/videos/")).status, 200);
  await stopped;
});

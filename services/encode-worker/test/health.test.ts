import { createLogger } from "@lectern/service-kit";
import t from "tap";
import { createHealthServer } from "../src/health.ts";
import { createMetrics } from "../src/metrics.ts";

const logger = createLogger({ service: "test", level: "silent" });

t.test("whoever looks after the container can see the process's state and its figures", async (t) => {
  let queueLost = false;
  const health = await createHealthServer({
    port: 0,
    host: "127.0.0.1",
    degraded: () => ({ queue: queueLost, state: false }),
    logger,
  });
  t.teardown(health.close);
  const metrics = createMetrics(health.registry);
  const address = await health.listen();
  const get = async (path: string) => {
    const answer = await fetch(`${address}${path}`);
    return { status: answer.status, text: await answer.text() };
  };

  t.match(await get("/healthz"), { status: 200 });
  t.match(await get("/readyz"), { status: 200, text: /"ready"/ });
  queueLost = true;
  t.match(await get("/readyz"), { status: 200, text: /degraded.*queue/ }, "an outage of Redis takes nobody out");
  metrics.runBegan();
  metrics.stepEnded("transcoding", 12);
  metrics.runEnded("ready", 13);
  const { text } = await get("/metrics");
  t.match(text, 'encode_runs_total{outcome="ready"} 1');
  t.match(text, "encode_runs_active 0");
  t.match(text, 'encode_step_seconds_sum{step="transcoding"} 12');
  health.draining();
  t.match(await get("/readyz"), { status: 503 });
});

t.test("without a port nothing listens", async (t) => {
  const health = await createHealthServer({ port: undefined, host: "127.0.0.1", degraded: () => ({}), logger });
  t.equal(await health.listen(), null);
  await health.close();
});

import { setTimeout as pause } from "node:timers/promises";
import { startTcpProxy } from "@lectern/local-stack";
import t from "tap";
import { film } from "../../src/films.ts";
import { objectOf, openScene } from "./support/scene.ts";
import { until } from "./support/until.ts";

/** Longer than a lock lasts, and than BullMQ waits for a job. */
const AWAY_MS = 30_000;

t.test("workers that alone cannot reach Redis for 30 s: one idle, one at work", async (t) => {
  const lecture = await film(1, "160x90");
  const scene = await openScene(t, { only: ["upload-service", "progress-service"] });
  const { teacher, gate, store } = scene;
  const proxies = await Promise.all([1, 2].map(() => startTcpProxy({ target: scene.redis.url })));
  t.teardown(() => Promise.all(proxies.map((proxy) => proxy.close())));
  const [toIdle, toBusy] = proxies as [(typeof proxies)[0], (typeof proxies)[0]];

  const busy = scene.startWorker({ REDIS_URL: toBusy.url });
  const id = await teacher.upload(lecture);
  const firstReceipt = objectOf(id, "/g1/a1/receipt.json");
  gate.treat((request) => (firstReceipt(request) ? "hold" : "pass"));
  t.equal((await teacher.complete(id)).status, 200);
  await gate.holding(firstReceipt);
  const first = await scene.row(id);

  const idle = scene.startWorker({ REDIS_URL: toIdle.url });
  const other = scene.startWorker();
  await Promise.all([idle, other].map((worker) => worker.logged(/"taking jobs"/)));
  const cutAt = performance.now();
  toIdle.cut();
  toBusy.hang();

  const taken = await scene.untilRow(id, ({ status }) => status === "READY");
  t.not(taken.run_token, first.run_token, "another run took over");
  const published = `tenants/${teacher.tenant}/videos/${id}/g${taken.generation}/a${taken.attempt}/master.m3u8`;
  t.equal(taken.hls_path, published);
  gate.treat(() => "pass");
  await busy.logged(/"outcome":"superseded"/);
  const masters = (await store.keysBelow(`tenants/${teacher.tenant}/videos/${id}/`)).filter((key) =>
    key.endsWith("/master.m3u8"),
  );
  t.same(masters, [published], "store and upload-service were within its reach, and it published nothing");
  t.match(await scene.row(id), taken, "nor did it change anything");
  const view = await until(
    async () => (await teacher.videoProgress(id)).body,
    ({ status }) => status === "READY",
  );
  t.match(view, { hls_path: published, progress: 100 });

  await pause(Math.max(0, AWAY_MS - (performance.now() - cutAt)));
  toIdle.resume();
  toBusy.resume();
  await Promise.all([busy.stop(), other.stop()]);
  const next = await teacher.upload(lecture);
  t.equal((await teacher.complete(next)).status, 200);
  t.match(
    await scene.untilRow(next, ({ status }) => status === "READY"),
    { generation: 1, attempt: 1, crashes: 0 },
    "the idle one takes jobs again",
  );
  t.match(idle.log(), new RegExp(`"job_id":"video-${next}-g1"`));
});

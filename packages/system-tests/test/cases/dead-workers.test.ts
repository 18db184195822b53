import { ENCODE_QUEUE } from "@lectern/keys";
import t from "tap";
import { film } from "../../src/films.ts";
import { downloadOf, type OwnWorker, objectOf, openScene, type Row } from "./support/scene.ts";
import { until } from "./support/until.ts";

/** Within which a page says that nothing is heard of the work. */
const STALLED_MS = 30_000;

const lecture = await film(1, "160x90");
const scene = await openScene(t, {
  only: ["upload-service", "progress-service"],
  settings: { "upload-service": { SWEEP_MS: "500" } },
});
const { teacher, gate } = scene;
const workers = [scene.startWorker(), scene.startWorker()];

const isFinal = ({ status }: { readonly status: string }) => status === "READY" || status === "FAILED";
const confirm = async (id: number) => t.equal((await teacher.complete(id)).status, 200);
const isAtWork = ({ status }: Row) => status === "PROCESSING";

/** The worker that says in its log that it has begun the run. */
async function workerOf({ run_token }: Row): Promise<OwnWorker> {
  const [worker] = await until(
    () => workers.filter(({ log }) => log().includes(`"run_token":"${run_token}"`)),
    (found) => found.length > 0,
  );
  if (worker === undefined) throw new Error("No worker has the run.");
  return worker;
}

/** Kills the worker that has the run, and starts another. */
async function killWorkerOf(row: Row): Promise<void> {
  const worker = await workerOf(row);
  await worker.kill();
  workers.splice(workers.indexOf(worker), 1, scene.startWorker());
}

t.test("a file whose workers are killed three times ends as POISON; other lectures go on", async (t) => {
  const poison = await teacher.upload(lecture);
  gate.treat((request) => (downloadOf(poison)(request) ? "hold" : "pass"));
  await confirm(poison);
  const other = await teacher.upload(lecture);
  for (let crash = 1; crash <= 3; crash += 1) {
    await gate.holding(downloadOf(poison));
    const row = await scene.untilRow(poison, isAtWork);
    t.equal(row.crashes, crash - 1);
    await killWorkerOf(row);
    if (crash === 1) await confirm(other);
    // Runs out 20 s after the last renewal: the time is not what this is about.
    await scene.client.del(`bull:${ENCODE_QUEUE}:video-${poison}-g${row.generation}:lock`);
    await scene.untilRow(poison, (now) => now.crashes === crash);
  }
  t.match(await scene.untilRow(poison, isFinal), { status: "FAILED", error_code: "POISON", crashes: 3 });
  t.match(await scene.untilRow(other, isFinal), { status: "READY", generation: 1, attempt: 1, crashes: 0 });
  t.match(await until(async () => (await teacher.videoProgress(poison)).body, isFinal), {
    status: "FAILED",
    error_code: "POISON",
    error_reason: /[가-힣]/,
  });
  const { body } = await teacher.video(poison);
  t.equal((await teacher.job(body.job_id ?? "")).body.status, "FAILED");
});

t.test(
  "one worker is killed, another stopped for longer than its lock: both lectures become READY, once",
  async (t) => {
    const [killed, stopped] = [await teacher.upload(lecture), await teacher.upload(lecture)];
    const firstReceipt = objectOf(stopped, "/g1/a1/receipt.json");
    gate.treat((request) => (downloadOf(killed)(request) || firstReceipt(request) ? "hold" : "pass"));
    await Promise.all([confirm(killed), confirm(stopped)]);
    await Promise.all([gate.holding(downloadOf(killed)), gate.holding(firstReceipt)]);
    const [killedRow, stoppedRow] = await Promise.all([scene.row(killed), scene.row(stopped)]);
    const sleeper = await workerOf(stoppedRow);
    sleeper.process.kill("SIGSTOP");
    await killWorkerOf(killedRow);
    const since = performance.now();
    const ofKilled = async () => (await teacher.videoProgress(killed)).body;

    const silent = await until(ofKilled, ({ stalled }) => stalled);
    const silentMs = performance.now() - since;
    t.match(silent, { status: "PROCESSING", generation: 1 });
    t.ok(silentMs < STALLED_MS, `stalled after ${Math.round(silentMs)} ms`);
    const resumed = await until(ofKilled, ({ status, stalled }) => status === "PROCESSING" && !stalled);
    t.ok((resumed.generation ?? 0) > 1 || (await scene.row(killed)).attempt > 1, "another run is heard of");
    gate.treat((request) => (firstReceipt(request) ? "hold" : "pass"));
    const [k, s] = await Promise.all([scene.untilRow(killed, isFinal), scene.untilRow(stopped, isFinal)]);
    t.match(k, { status: "READY", crashes: 1 });
    t.match(s, { status: "READY", crashes: 1 });
    t.not(s.run_token, stoppedRow.run_token);

    gate.treat(() => "pass");
    sleeper.process.kill("SIGCONT");
    await sleeper.logged(new RegExp(`"run_token":"${stoppedRow.run_token}".*"outcome":"(superseded|closed|lost)"`));
    t.match(await scene.row(stopped), s, "who woke up has changed nothing in the database");
    for (const [id, row] of [
      [killed, k],
      [stopped, s],
    ] as const) {
      const masters = (await scene.store.keysBelow(`tenants/${teacher.tenant}/videos/${id}/`)).filter((key) =>
        key.endsWith("/master.m3u8"),
      );
      t.same(masters, [row.hls_path]);
      const view = await until(async () => (await teacher.videoProgress(id)).body, isFinal);
      t.match(view, {
        status: "READY",
        progress: 100,
        stalled: false,
        generation: row.generation,
        hls_path: row.hls_path,
      });
    }
  },
);

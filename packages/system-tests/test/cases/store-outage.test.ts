import { setTimeout as pause } from "node:timers/promises";
import t from "tap";
import { film } from "../../src/films.ts";
import { type OwnWorker, objectOf, openScene } from "./support/scene.ts";
import type { StoreRequest } from "./support/store-gate.ts";
import { until } from "./support/until.ts";

/** 70 minutes of the 7,200 s that a worker waits as shipped, at the scale of PATIENT. */
const OUTAGE_MS = 14_000;
const PATIENT = { PATIENCE_SECONDS: "24" };
const HASTY = { PATIENCE_SECONDS: "3" };

const lecture = await film(1, "160x90");
const scene = await openScene(t, { only: ["upload-service", "progress-service"] });
const { teacher, gate } = scene;

const isFinal = ({ status }: { readonly status: string }) => status === "READY" || status === "FAILED";
const view = (id: number) => until(async () => (await teacher.videoProgress(id)).body, isFinal);
const isMaster = ({ method, path }: StoreRequest) => method === "PUT" && path.endsWith("/master.m3u8");

/** Confirms an upload and waits until a worker of its own, the only one that is free, is about to publish it. */
async function aboutToPublish(settings: Readonly<Record<string, string>>): Promise<{ id: number; worker: OwnWorker }> {
  const id = await teacher.upload(lecture);
  t.equal((await teacher.complete(id)).status, 200);
  const worker = scene.startWorker(settings);
  await gate.holding((request) => isMaster(request) && objectOf(id, "/master.m3u8")(request));
  return { id, worker };
}

t.test(
  "an outage of 70 minutes, all times divided by 300: nothing FAILED, within the patience or beyond",
  async (t) => {
    gate.treat((request) => (isMaster(request) ? "hold" : "pass"));
    const waits = await aboutToPublish(PATIENT);
    const handsBack = await aboutToPublish(HASTY);
    const { body: created } = await teacher.create({ size: lecture.byteLength });
    gate.treat(() => 503);
    const [asked] = await Promise.all([teacher.complete(created.id), pause(OUTAGE_MS)]);
    t.match(asked, { status: 503, body: { code: "STORE_UNAVAILABLE" } });
    t.ok(asked.headers.get("retry-after"));
    t.match(await scene.row(created.id), { status: "PENDING" });
    await handsBack.worker.logged(/"msg":"the job goes back to the queue"/);
    t.match((await teacher.videoProgress(handsBack.id)).body, { status: "PROCESSING" });
    gate.treat(() => "pass");

    const [first, second] = await Promise.all([
      scene.untilRow(waits.id, isFinal),
      scene.untilRow(handsBack.id, isFinal),
    ]);
    t.match(first, { status: "READY", generation: 1, attempt: 1, crashes: 0 }, "waited");
    t.match(second, { status: "READY", generation: 1, crashes: 0 }, "handed back, and encoded anew");
    t.ok(second.attempt > 1);
    for (const { id } of [waits, handsBack]) t.match(await view(id), { status: "READY", progress: 100 });
  },
);

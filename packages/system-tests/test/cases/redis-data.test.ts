import { epochBeatKey, parseTenantId, parseVideoId, statusKey, videoRef } from "@lectern/keys";
import t from "tap";
import { film } from "../../src/films.ts";
import { downloadOf, objectOf, openScene, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

const lecture = await film(1, "160x90");
const scene = await openScene(t, { settings: { "upload-service": { SWEEP_MS: "1000" } } });
const { teacher, client } = scene;

const shown = async (id: number) => (await teacher.videoProgress(id)).body;
const final = ({ status }: { readonly status: string }) => status === "READY" || status === "FAILED";
const confirm = async () => {
  const id = await teacher.upload(lecture);
  return { id, answer: await teacher.complete(id) };
};

/**
 * Every key with its value and what is left of its life: what an older dump, or a replica that lagged, would hold.
 * Restoring tells which of some keys are there then: a moment later they may have been put back.
 */
async function dump(): Promise<(...asked: string[]) => Promise<boolean[]>> {
  const keys = await client.keys("*");
  const held = await Promise.all(
    keys.map(async (key) => ({ key, value: await client.dumpBuffer(key), ttl: Math.max(0, await client.pttl(key)) })),
  );
  return async (...asked) => {
    const put = client.multi().flushall();
    for (const { key, value, ttl } of held) if (value !== null) put.restore(key, ttl, value);
    for (const key of asked) put.exists(key);
    const answers = (await put.exec()) ?? [];
    return answers.slice(answers.length - asked.length).map(([error, count]) => error === null && count === 1);
  };
}

function statusKeyOf(id: number, { teacher }: Scene): string {
  const [tenant, video] = [parseTenantId(teacher.tenant), parseVideoId(id)];
  if (tenant === null || video === null) throw new Error("ids that are none");
  return statusKey(videoRef(tenant, video));
}

t.test("Redis comes back with older data, its mark among them: what it lost is put back untold", async (t) => {
  await until(
    () => client.exists("media:epoch:state", "media:epoch:queue"),
    (marks) => marks === 2,
  );
  // Held at work, however slow this process is to look.
  const done = await teacher.upload(lecture);
  scene.gate.treat((request) => (downloadOf(done)(request) ? "hold" : "pass"));
  t.equal((await teacher.complete(done)).status, 200);
  await scene.gate.holding(downloadOf(done));
  await until(
    () => shown(done),
    ({ status }) => status === "PROCESSING",
  );
  const restore = await dump();
  scene.gate.treat(() => "pass");
  await until(() => shown(done), final);
  // The dump is one of an hour ago.
  for (const table of ["videos", "jobs"])
    await scene.database.query(`UPDATE ${table} SET updated_at = updated_at - interval '50 minutes'`);
  // Confirmed after the dump: its job and its statuses will be lost.
  const lost = await teacher.upload(lecture);
  scene.gate.treat((request) => (downloadOf(lost)(request) ? "hold" : "pass"));
  t.equal((await teacher.complete(lost)).status, 200);
  const [mark, status] = await restore("media:epoch:state", statusKeyOf(lost, scene));
  await client.set(epochBeatKey("state"), Date.now() - 3_600_000);
  t.equal(mark, true, "the mark is there: nothing tells that data is missing");
  t.equal(status, false);
  scene.gate.treat(() => "pass");

  t.match(await scene.untilRow(lost, final), { status: "READY", crashes: 0 });
  t.match(await until(() => shown(done), final), { status: "READY", generation: 1, progress: 100 });
  t.match(await until(() => shown(lost), final), { status: "READY", progress: 100 });
  t.match(await scene.row(done), { status: "READY", generation: 1, attempt: 1, crashes: 0 });
  t.match(scene.log("upload-service"), /came back with older data/);
});

t.test("Redis full: it refuses writes, and whoever reads notices nothing", async (t) => {
  const { id: ready } = await confirm();
  await until(() => shown(ready), final);
  const working = await teacher.upload(lecture);
  scene.gate.treat((request) => (objectOf(working, "/receipt.json")(request) ? "hold" : "pass"));
  await teacher.complete(working);
  await scene.gate.holding(objectOf(working, "/receipt.json"));
  await client.config("SET", "maxmemory", "1mb");
  await t.rejects(client.set("one-more", "x"), /OOM/);

  t.match(await shown(ready), { status: "READY", progress: 100, known: true });
  const { id: waiting, answer } = await confirm();
  t.match(answer, { status: 503, body: { code: "VIDEO_UPLOAD_ENQUEUE_FAILED", current_status: "UPLOADED" } });
  scene.gate.treat(() => "pass");
  t.match(
    await scene.untilRow(working, final),
    { status: "READY", generation: 1, attempt: 1 },
    "a refused progress write is no fence: the work under way is published",
  );
  t.match(await scene.row(waiting), { status: "UPLOADED", generation: 1 });

  await client.config("SET", "maxmemory", "0");
  t.match(await scene.untilRow(waiting, final), { status: "READY", crashes: 0 });
  for (const id of [working, waiting]) t.match(await until(() => shown(id), final), { status: "READY" });
});

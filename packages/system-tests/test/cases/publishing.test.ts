import { jobRef, parseJobId, parseTenantId, parseVideoId, videoRef, writeProgress } from "@lectern/keys";
import { startTcpProxy, type TcpProxy } from "@lectern/local-stack";
import t from "tap";
import { film } from "../../src/films.ts";
import { downloadOf, objectOf, openScene } from "./support/scene.ts";
import { until } from "./support/until.ts";

const [lecture, another] = await Promise.all([film(1, "160x90"), film(2, "160x90")]);
const wired = Promise.withResolvers<TcpProxy>();
const scene = await openScene(t, {
  rewire: async (servers) => {
    const proxy = await startTcpProxy({ target: servers.databaseUrl });
    t.teardown(() => proxy.close());
    wired.resolve(proxy);
    return { ...servers, databaseUrl: proxy.url };
  },
});
const { teacher, gate } = scene;
const toDatabase = await wired.promise;

const LATE = {
  run: { generation: 1, attempt: 1 },
  percent: 50,
  step: "uploading",
  stepIndex: 7,
  stepTotal: 7,
  stepPercent: 50,
  remainingSeconds: 3,
};

const isFinal = ({ status }: { readonly status: string }) => status === "READY" || status === "FAILED";
const view = (id: number) => until(async () => (await teacher.videoProgress(id)).body, isFinal);

t.test("PostgreSQL away when READY is said: it is said until it is heard, and published once", async (t) => {
  const id = await teacher.upload(lecture);
  const master = objectOf(id, "/master.m3u8");
  gate.treat((request) => (request.method === "PUT" && master(request) ? "hold" : "pass"));
  t.equal((await teacher.complete(id)).status, 200);
  await gate.holding(master);
  toDatabase.cut();
  gate.treat(() => "pass");
  await until(
    () => scene.log("encode-worker"),
    (log) => /upload-service answered 503/.test(log),
  );
  t.match((await teacher.videoProgress(id)).body, { status: "PROCESSING" }, "nobody is told READY before it is so");
  t.match(await scene.row(id), { status: "PROCESSING", hls_path: null });
  toDatabase.resume();
  const row = await scene.untilRow(id, isFinal);
  t.match(row, { status: "READY", generation: 1, attempt: 1, crashes: 0 });
  t.match(await view(id), { status: "READY", progress: 100, hls_path: row.hls_path });
  const keys = await scene.store.keysBelow(`tenants/${teacher.tenant}/videos/${id}/`);
  t.same(
    keys.filter((key) => key.endsWith("/master.m3u8")),
    [row.hls_path],
  );

  await t.test("progress that comes late changes nothing that anybody sees", async (t) => {
    const [tenant, video, job] = [parseTenantId(teacher.tenant), parseVideoId(id), parseJobId(`video-${id}-g1`)];
    if (tenant === null || video === null || job === null) throw new Error("ids that are none");
    for (const subject of [videoRef(tenant, video), jobRef(tenant, job)])
      t.match(await writeProgress(scene.client, subject, LATE), { accepted: false });
    t.match((await teacher.videoProgress(id)).body, { status: "READY", progress: 100, hls_path: row.hls_path });
    t.match((await teacher.jobProgress(`video-${id}-g1`)).body, { status: "DONE", progress: { percent: 100 } });
  });
});

t.test(
  "another file is PUT by the same address after the upload was confirmed: refused, and the way on is told",
  async (t) => {
    const { body: created } = await teacher.create({ size: lecture.byteLength });
    const { id } = created;
    t.equal(await teacher.put(created.upload, lecture), 200);
    gate.treat((request) => (downloadOf(id)(request) ? "hold" : "pass"));
    t.equal((await teacher.complete(id)).status, 200);
    await gate.holding(downloadOf(id));
    t.equal(await teacher.put(created.upload, another), 200, "the address is good until it expires");
    gate.treat(() => "pass");
    t.match(await scene.untilRow(id, isFinal), { status: "FAILED", error_code: "SOURCE_CHANGED", crashes: 0 });
    t.match(await view(id), { status: "FAILED", error_code: "SOURCE_CHANGED", error_reason: /다시 업로드/ });
    t.match((await teacher.video(id, "en")).body, { error_reason: /upload the file again/ });

    t.equal((await teacher.retry(id)).status, 200);
    t.match(
      await scene.untilRow(id, (row) => row.generation === 2 && isFinal(row)),
      { status: "FAILED", error_code: "SOURCE_CHANGED" },
      "trying again is no way round the check",
    );
    const anew = await teacher.upload(another);
    t.equal((await teacher.complete(anew)).status, 200);
    t.match(await scene.untilRow(anew, isFinal), { status: "READY" }, "uploading again, as the sentence says, is");
  },
);

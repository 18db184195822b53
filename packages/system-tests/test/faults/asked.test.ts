import type { JobProgress, VideoProgress } from "@lectern/contracts";
import t from "tap";
import type { Answer, Client } from "../../src/client.ts";
import { toldOtherwise } from "../../src/faults/asked.ts";
import type { Evidence } from "../../src/faults/evidence.ts";
import type { Scene } from "../../src/faults/scene.ts";

const READY = { status: "READY", generation: 1, version: 3, hlsPath: "tenants/1/videos/7/g1/a1/master.m3u8" };
const EVIDENCE = {
  videos: [{ id: 7, tenant: 1, ...READY, errorCode: null, confirmed: true, deleted: false }],
  jobs: [{ id: "video-7-g1", tenant: 1, videoId: 7, status: "DONE", version: 3 }],
} as unknown as Evidence;
const TOLD = { known: true, status: "READY", generation: 1, version: 3, hls_path: READY.hlsPath, error_code: null };
const UNKNOWN = { known: false, status: "PENDING" };

/** Two teachers: one hears of a video and a job what is given here, and so does the stranger. */
function sceneWhere(video: object, job: object, stranger: object = UNKNOWN): Scene {
  const ok = <T>(body: unknown): Answer<T> => ({ status: 200, headers: new Headers(), body: body as T });
  const teacher = (tenant: number, told: object): Partial<Client> => ({
    tenant,
    batchProgress: async () => ok<VideoProgress[]>([told]),
    jobProgress: async () => ok<JobProgress>(job),
  });
  return { teachers: [teacher(1, video), teacher(2, stranger)] } as unknown as Scene;
}

t.test("what progress-service says is held against the database", async (t) => {
  const job = { status: "DONE", version: 3 };
  const promises = async (scene: Scene) => (await toldOtherwise(scene, EVIDENCE)).map(({ promise }) => promise);
  t.same(await promises(sceneWhere(TOLD, job)), []);
  t.same(await promises(sceneWhere({ ...TOLD, status: "PROCESSING" }, job)), ["published_twice"]);
  t.same(await promises(sceneWhere({ ...TOLD, hls_path: null }, job)), ["published_twice"]);
  t.same(await promises(sceneWhere(UNKNOWN, job)), ["published_twice"]);
  t.same(await promises(sceneWhere(TOLD, { ...job, status: "RUNNING" })), ["published_twice"]);
  t.same(await promises(sceneWhere(TOLD, job, TOLD)), ["leaked"], "a stranger sees it");
});

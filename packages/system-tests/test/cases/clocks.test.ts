import t from "tap";
import { film } from "../../src/films.ts";
import { openScene, wrongClock } from "./support/scene.ts";
import { until } from "./support/until.ts";

const lecture = await film(1, "160x90");

t.test("a worker whose clock is ten minutes off works as the others do", async (t) => {
  const scene = await openScene(t, { only: ["upload-service", "progress-service"] });
  for (const seconds of [600, -600]) {
    const worker = scene.startWorker(wrongClock(seconds));
    const before = Date.now();
    const id = await scene.teacher.upload(lecture);
    t.equal((await scene.teacher.complete(id)).status, 200);
    t.match(
      await scene.untilRow(id, ({ status }) => status !== "UPLOADED" && status !== "PROCESSING"),
      { status: "READY", generation: 1, attempt: 1, crashes: 0 },
      `${seconds} s`,
    );
    const body = await until(
      async () => (await scene.teacher.videoProgress(id)).body,
      ({ status }) => status !== "PROCESSING",
    );
    t.match(body, { status: "READY", progress: 100, stalled: false });
    t.ok(Math.abs(Date.parse(body.updated_at ?? "") - before) < 120_000, "stamped by Redis's clock");
    await worker.stop();
  }
});

t.test("an upload-service whose clock is ten minutes slow", async (t) => {
  const scene = await openScene(t, { settings: { "upload-service": wrongClock(-600) } });
  const id = await scene.teacher.upload(lecture);
  t.equal((await scene.teacher.complete(id)).status, 200);
  t.match(
    await scene.untilRow(id, ({ status }) => status !== "UPLOADED" && status !== "PROCESSING"),
    { status: "READY", generation: 1, attempt: 1, crashes: 0 },
    "the worker dates its tokens by the clock that verifies them",
  );
});

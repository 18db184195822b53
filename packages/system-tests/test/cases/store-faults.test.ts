import t from "tap";
import { film } from "../../src/films.ts";
import { objectOf, openScene } from "./support/scene.ts";

const lecture = await film(1, "160x90");
const scene = await openScene(t);
const { teacher, gate } = scene;
const isFinal = ({ status }: { readonly status: string }) => status === "READY" || status === "FAILED";

t.test(
  "a store that refuses each first request by 429, and stops in the midst of the source: asked again",
  async (t) => {
    const asked = new Map<string, number>();
    gate.treat((request) => {
      if (request.presigned) return "pass";
      const what = `${request.method} ${request.path}`;
      const times = asked.get(what) ?? 0;
      asked.set(what, times + 1);
      if (times > 0) return "pass";
      return request.method === "GET" && request.path.endsWith("/source") ? "stall" : 429;
    });
    const id = await teacher.upload(lecture);
    t.equal((await teacher.complete(id)).status, 200);
    t.match(await scene.untilRow(id, isFinal), { status: "READY", generation: 1, attempt: 1, crashes: 0 });
    t.ok(asked.size > 5);
  },
);

t.test("a store that says nothing: complete answers 503 in time, and succeeds when it is repeated", async (t) => {
  const id = await teacher.upload(lecture);
  gate.treat((request) => (objectOf(id, "/source")(request) ? "hold" : "pass"));
  t.match(await teacher.complete(id), { status: 503, body: { code: "STORE_UNAVAILABLE" } });
  t.match(await scene.row(id), { status: "PENDING" });
  gate.treat(() => "pass");
  t.equal((await teacher.complete(id)).status, 200);
  t.match(await scene.untilRow(id, isFinal), { status: "READY", generation: 1, attempt: 1 });
});

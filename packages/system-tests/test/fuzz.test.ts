import t from "tap";
import { fuzz } from "../src/fuzz/run.ts";
import { openScene } from "../src/fuzz/scene.ts";

t.test("broken, strange and forged calls: no 5xx, nothing of another academy, nothing changed", async (t) => {
  const scene = await openScene();
  t.teardown(() => scene.close());
  const { calls, findings, statuses, times } = await fuzz(scene, { seed: 7, calls: 3_000 });
  t.same(
    findings.map(({ kind, what, call }) => `${kind}: call ${call.index}, ${call.label}: ${what}`),
    [],
  );
  t.ok(calls >= 3_000);
  // It would be easy to find nothing by being refused everywhere.
  const seen = new Set([...statuses.values()].flatMap((counts) => [...counts.keys()]));
  for (const status of [200, 201, 204, 400, 401, 404, 409]) t.ok(seen.has(status), `${status} was answered`);
  t.ok(times.foreign.length > 100, "calls in pairs");
});

import t from "tap";
import { compareRuns, isFinalStatus, JOB_STATUSES, VIDEO_STATUSES } from "../src/index.ts";
import { run } from "./support/updates.ts";

t.test("runs are ordered by generation, then attempt", async (t) => {
  const ordered = [run(0, 0), run(1, 0), run(1, 1), run(1, 2), run(2, 1), run(10, 0)];
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) t.equal(Math.sign(compareRuns(a, b)), Math.sign(i - j));
  }
});

t.test("final states", async (t) => {
  const all = [...new Set([...VIDEO_STATUSES, ...JOB_STATUSES, "UNKNOWN", "", "ready"])];
  t.strictSame(all.filter(isFinalStatus).sort(), ["DONE", "FAILED", "READY"]);
});

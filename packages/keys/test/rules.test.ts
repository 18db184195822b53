import t from "tap";
import {
  compareRuns,
  isFinalStatus,
  JOB_STATUSES,
  overallPercent,
  STEP_WEIGHTS,
  STEPS,
  VIDEO_STATUSES,
} from "../src/index.ts";
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

t.test("percent of the whole rises from 0 over all steps and stops short of 100", async (t) => {
  t.equal(
    STEPS.reduce((sum, step) => sum + STEP_WEIGHTS[step], 0),
    100,
  );
  const course = STEPS.flatMap((step) => [0, 25, 50, 75, 100].map((percent) => overallPercent(step, percent)));
  t.equal(course[0], 0);
  t.equal(course.at(-1), 99);
  t.strictSame(
    course.toSorted((a, b) => a - b),
    course,
  );
  t.equal(overallPercent("probing", -5), overallPercent("probing", 0));
  t.equal(overallPercent("probing", 1e9), overallPercent("probing", 100));
  t.equal(overallPercent("probing", Number.NaN), overallPercent("probing", 0));
});

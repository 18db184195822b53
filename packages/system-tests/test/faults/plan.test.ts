import t from "tap";
import { readArguments } from "../../src/faults/arguments.ts";
import { undisturbed } from "../../src/faults/dispatch.ts";
import { makePlan } from "../../src/faults/plan.ts";
import { recoveries, spread } from "../../src/faults/recovery.ts";

const OPTIONS = { seed: 5, minutes: 10, videos: 200, faults: 100, tenants: 4 };

t.test("a seed says all that will happen, in order", async (t) => {
  const plan = makePlan(OPTIONS);
  t.same(makePlan(OPTIONS), plan);
  t.notSame(makePlan({ ...OPTIONS, seed: 6 }).faults, plan.faults);
  t.equal(plan.faults.length, 100);
  t.equal(plan.uploads.length, 200);
  const moments = plan.faults.map(({ atMs }) => atMs);
  t.same(
    moments,
    [...moments].sort((a, b) => a - b),
  );
  t.ok(moments.every((atMs) => atMs >= 0 && atMs < 600_000));
  t.equal(new Set(plan.faults.map(({ kind }) => kind)).size, 18, "every kind comes");
  t.ok(plan.faults.some(({ kind, holdMs }) => kind === "stop" && holdMs === 120_000));
  t.same(new Set(plan.uploads.map(({ length }) => length)), new Set(["short", "middle", "long"]));
});

t.test(
  "what takes two minutes is not in a short run; for workers that encode nothing all films are short",
  async (t) => {
    const plan = makePlan({ ...OPTIONS, minutes: 5, shortOnly: true });
    t.ok(plan.faults.every(({ holdMs }) => holdMs < 60_000));
    t.ok(plan.uploads.every(({ length }) => length === "short"));
    t.same(makePlan({ ...OPTIONS, shortOnly: true }).faults, makePlan(OPTIONS).faults, "the faults are the same");
  },
);

t.test("arguments", async (t) => {
  t.match(readArguments(["--seed", "3", "--minutes", "4", "--videos", "9"]), {
    seed: 3,
    minutes: 4,
    videos: 9,
    faults: 40,
  });
  t.throws(() => readArguments(["--videos", "none"]), {
    message: "--videos none cannot be used: give a number from 1.",
  });
  t.throws(() => readArguments(["--speed", "3"]));
});

t.test("recovery counts from the kill of the worker that was at work to the next attempt", async (t) => {
  const change = (atMs: number, runToken: string, status = "PROCESSING", attempt = 1) => ({
    ...{ videoId: 1, generation: 1, attempt, status, runToken, atMs },
  });
  const kill = { kind: "kill", target: "worker-1", holdMs: 0, atMs: 100 } as const;
  const tokens = new Map([["worker-1", new Set(["a"])]]);
  t.same(recoveries([change(50, "a"), change(900, "b", "PROCESSING", 2)], [kill], tokens), [800]);
  t.same(recoveries([change(50, "a"), change(90, "a", "READY")], [kill], tokens), [], "it was done by then");
  t.same(recoveries([change(50, "b"), change(90, "c", "PROCESSING", 2)], [kill], tokens), [], "another's work");
  const retried = [change(50, "a"), change(200, "a", "FAILED"), change(900, "b", "PROCESSING", 2)];
  t.same(recoveries(retried, [kill], tokens), [], "it was cancelled, and the teacher asked anew");
  t.same(
    recoveries([change(50, "a"), change(900, "b", "PROCESSING", 2)], [{ ...kill, kind: "kill-at-work" }], tokens),
    [800],
  );
  t.same(spread([3, 1, 2]), { count: 3, p50: 2, p99: 3, max: 3 });
  t.same(spread([]), { count: 0, p50: null, p99: null, max: null });
});

t.test("undisturbed is what no fault overlapped", async (t) => {
  const span = (fromMs: number, toMs: number) => ({ fromMs, toMs });
  const spans = [span(0, 10), span(20, 120), span(150, 160), span(190, 300), span(301, 310)];
  t.same(undisturbed(spans, [span(100, 200), span(250, 300)]), [span(0, 10), span(301, 310)]);
});

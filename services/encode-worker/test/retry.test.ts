import t from "tap";
import { PassingFault, RunEnded } from "../src/endings.ts";
import { retry } from "../src/retry.ts";

const never = new AbortController().signal;

t.test("a passing fault is repeated until the call works", async (t) => {
  let calls = 0;
  const faults: number[] = [];
  const call = async (): Promise<string> => {
    calls += 1;
    if (calls === 1) throw new PassingFault("away");
    return "there";
  };
  const outcome = await retry(call, { signal: never, patienceMs: 60_000, onFault: (_e, wait) => faults.push(wait) });
  t.equal(outcome, "there");
  t.equal(faults.length, 1);
  t.ok(faults.every((wait) => wait >= 250 && wait <= 500));
});

t.test("any other error is not", async (t) => {
  const bug = new TypeError("a bug");
  const outcome = retry(() => Promise.reject(bug), {
    signal: never,
    patienceMs: 60_000,
    onFault: () => t.fail("was repeated"),
  });
  await t.rejects(outcome, bug);
});

t.test("patience ends", async (t) => {
  const outcome = retry(() => Promise.reject(new PassingFault("away")), {
    signal: never,
    patienceMs: 0,
    onFault: () => t.fail("was repeated"),
  });
  await t.rejects(outcome, { code: "PATIENCE_EXHAUSTED" });
});

t.test("an abort ends the wait at once, with its reason", async (t) => {
  const controller = new AbortController();
  const outcome = retry(() => Promise.reject(new PassingFault("away")), {
    signal: controller.signal,
    patienceMs: 60_000,
    onFault: () => controller.abort(new RunEnded("shutdown")),
  });
  await t.rejects(outcome, { code: "RUN_ENDED", why: "shutdown" });
});

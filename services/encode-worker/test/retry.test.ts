import t from "tap";
import { PassingFault, RunEnded } from "../src/endings.ts";
import { retry, waitBefore } from "../src/retry.ts";

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
  t.ok(faults.every((wait) => wait >= 0 && wait <= 500));
});

t.test("the waits grow up to a limit, and what the other side asked for comes on top", async (t) => {
  const longest = Array.from({ length: 9 }, (_, attempt) => waitBefore(attempt, null, () => 1));
  t.strictSame(longest, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000]);
  t.equal(
    waitBefore(9_999, 7_000, () => 0),
    7_000,
  );
  t.equal(
    waitBefore(0, 7_000, () => 1),
    7_500,
  );
  t.equal(
    waitBefore(0, 3_600_000, () => 0),
    300_000,
    "within reason",
  );
});

t.test("a server that asks to be left alone is", async (t) => {
  const waits: number[] = [];
  const controller = new AbortController();
  const outcome = retry(() => Promise.reject(new PassingFault("away", { retryAfterMs: 60_000 })), {
    signal: controller.signal,
    patienceMs: 7_200_000,
    onFault: (_error, waitMs) => {
      waits.push(waitMs);
      controller.abort(new RunEnded("shutdown"));
    },
  });
  await t.rejects(outcome, { code: "RUN_ENDED" });
  t.ok(waits.length === 1 && Number(waits[0]) >= 60_000);
});

t.test("a call that got on meets a new fault: its patience begins anew", async (t) => {
  let calls = 0;
  const outcome = await retry(
    async (alive) => {
      calls += 1;
      if (calls === 3) return "there";
      alive();
      throw new PassingFault("cut");
    },
    { signal: never, patienceMs: 1, onFault: () => {} },
  );
  t.equal(outcome, "there");
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

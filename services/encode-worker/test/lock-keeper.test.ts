import { mock } from "node:test";
import { createLogger } from "@lectern/service-kit";
import t, { type Test } from "tap";
import { keepLock, LOCK_MS, RENEW_MS } from "../src/lock-keeper.ts";

const logger = createLogger({ service: "test", level: "silent" });

function watch(t: Test, answers: (() => Promise<number>)[]) {
  mock.timers.enable({ apis: ["setInterval"] });
  const calls: [string, number][] = [];
  let lost = 0;
  const lock = keepLock(
    {
      extendLock: (token: string, duration: number) => {
        calls.push([token, duration]);
        return answers.shift()?.() ?? Promise.resolve(1);
      },
    },
    "token",
    {
      onLost: () => {
        lost += 1;
      },
      logger,
    },
  );
  t.teardown(() => {
    lock.stop();
    mock.timers.reset();
  });
  return { calls, lost: () => lost, lock };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

t.test("the lock is renewed with the run's own token; a refusal is a loss", async (t) => {
  const seen = watch(t, [async () => 1, async () => 0]);
  mock.timers.tick(RENEW_MS);
  await settled();
  t.strictSame(seen.calls, [["token", LOCK_MS]]);
  t.equal(seen.lost(), 0);
  mock.timers.tick(RENEW_MS);
  await settled();
  t.equal(seen.calls.length, 2);
  t.equal(seen.lost(), 1);
});

t.test("no answer is no loss, and one question at a time is asked", async (t) => {
  const seen = watch(t, [() => new Promise(() => {})]);
  mock.timers.tick(RENEW_MS * 5);
  t.equal(seen.calls.length, 1);
  t.equal(seen.lost(), 0);
});

t.test("an error is no loss either, nor is a refusal after the end", async (t) => {
  const seen = watch(t, [() => Promise.reject(new Error("LOADING")), async () => 0]);
  mock.timers.tick(RENEW_MS);
  await settled();
  mock.timers.tick(RENEW_MS);
  seen.lock.stop();
  await settled();
  t.equal(seen.calls.length, 2);
  t.equal(seen.lost(), 0);
});

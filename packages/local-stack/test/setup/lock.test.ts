import { existsSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { type Lock, load } from "./support.ts";

const { withLock } = await load<Lock>("lock");
const ignore = () => {};

t.test("one at a time, in whatever order, and the lock goes also after a failure", async (t) => {
  const file = path.join(t.testdir(), "lock");
  let inside = 0;
  const work = async () => {
    inside += 1;
    t.equal(inside, 1);
    await new Promise(setImmediate);
    inside -= 1;
  };
  await Promise.all([1, 2, 3, 4].map(() => withLock(file, ignore, work)));
  await t.rejects(
    withLock(file, ignore, () => Promise.reject(new Error("failed"))),
    { message: "failed" },
  );
  t.notOk(existsSync(file));
});

t.test("who waits is told so once", async (t) => {
  const file = path.join(t.testdir(), "lock");
  let told = 0;
  let second: Promise<void> = Promise.resolve();
  await withLock(
    file,
    ignore,
    () =>
      new Promise<void>((resolve) => {
        const onWait = () => {
          told += 1;
          resolve();
        };
        second = withLock(file, onWait, async () => {});
      }),
  );
  await second;
  t.equal(told, 1);
});

t.test("a lock of a process that is gone is taken over, by one of those who wait", async (t) => {
  const dir = t.testdir({ gone: String(2 ** 22 + 1), old: String(process.pid), empty: "" });
  const past = new Date(Date.now() - 60_000);
  utimesSync(path.join(dir, "old"), past, past);
  utimesSync(path.join(dir, "empty"), past, past);
  writeFileSync(path.join(dir, "gone.break"), String(2 ** 22 + 1));
  for (const name of ["gone", "old", "empty"]) {
    const file = path.join(dir, name);
    let inside = 0;
    const work = async () => {
      inside += 1;
      t.equal(inside, 1, name);
      await new Promise(setImmediate);
      inside -= 1;
    };
    await Promise.all([withLock(file, ignore, work), withLock(file, ignore, work)]);
    t.notOk(existsSync(file));
  }
});

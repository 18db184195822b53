import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { createScratch } from "../src/scratch.ts";

t.test("scratch", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "scratch-test-"));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const host = hostname().replaceAll(/[^A-Za-z0-9-]/g, "-");

  t.test("each run has a folder of its own, gone when it ends", async (t) => {
    const scratch = createScratch(root);
    const [one, two] = await Promise.all([scratch.create(), scratch.create()]);
    t.not(one.path, two.path);
    await writeFile(join(one.path, "source"), "bytes");
    await one.remove();
    await t.rejects(readdir(one.path), { code: "ENOENT" });
    t.strictSame(await readdir(two.path), []);
    await two.remove();
    await scratch.close();
    t.strictSame(await readdir(root), []);
  });

  t.test("what dead processes left is swept, what living ones use is not", async (t) => {
    const scratch = createScratch(root);
    const mine = await scratch.create();
    // The same pid with another start is another process: in a container every worker is number 1.
    await mkdir(join(root, `run-${host}.${process.pid}.17`));
    await mkdir(join(root, `run-${host}.4194999.12`));
    await mkdir(join(root, "run-otherhost.1.12"));
    await mkdir(join(root, "run-goneforgood.1.12"));
    const longAgo = new Date(Date.now() - 72 * 60 * 60 * 1000);
    await utimes(join(root, "run-goneforgood.1.12"), longAgo, longAgo);
    await mkdir(join(root, "somebody-elses"));
    t.equal(await scratch.sweep(), 3);
    t.same((await readdir(root)).length, 3);
    t.strictSame(await readdir(mine.path), []);
    t.equal(await createScratch(join(root, "not-there-yet")).sweep(), 0);
  });
});

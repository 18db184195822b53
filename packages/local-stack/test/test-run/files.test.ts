import path from "node:path";
import t from "tap";
import { ROOT } from "../../src/paths.ts";
import { findTestFiles } from "../../src/test-run/files.ts";

const here = "packages/local-stack/test/test-run/files.test.ts";

t.test("all, a folder, a file, each once, wherever the name was typed", async (t) => {
  const all = findTestFiles([], "/");
  t.ok(all.includes(here));
  t.ok(all.every((file) => /^(services|packages)\/[\w-]+\/test\/.*\.test\.ts$/.test(file)));
  t.same(findTestFiles(["files.test.ts", "."], import.meta.dirname).includes(here), true);
  t.same(findTestFiles([here, path.join(ROOT, here)], ROOT), [here]);
  t.throws(() => findTestFiles(["none.test.ts"], ROOT), { message: /There is no .*none\.test\.ts/ });
});

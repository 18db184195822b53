import path from "node:path";
import t from "tap";
import { type Commands, load } from "./support.ts";

const { findProgram, mustRun, packageManagerEnvironment } = await load<Commands>("commands");

t.test("nested package managers see none of the outer one's variables", async (t) => {
  t.teardown(() => {
    delete process.env.npm_config_x;
    delete process.env.PNPM_x;
  });
  process.env.npm_config_x = "1";
  process.env.PNPM_x = "1";
  const env = packageManagerEnvironment(process.execPath);
  t.same(
    Object.keys(env).filter((name) => /npm/i.test(name)),
    [],
  );
  t.ok(env.PATH?.startsWith(path.dirname(process.execPath)));
});

t.test("programs are found on the path that is given, never in a relative folder", async (t) => {
  const dir = t.testdir({ tool: "#!/bin/sh\n", plain: "" });
  t.equal(findProgram(path.basename(process.execPath), path.dirname(process.execPath)), process.execPath);
  t.equal(findProgram("plain", dir), null, "not executable");
  t.equal(findProgram("package.json", "."), null);
  t.equal(findProgram("none", ""), null);
});

t.test("a failing step says what, what to do, and how it ended", async (t) => {
  const failing = mustRun("The step", "Do this.", process.execPath, ["-e", "console.error('reason'); process.exit(3)"]);
  await t.rejects(failing, { message: "The step failed. Do this.\nreason" });
  await t.rejects(mustRun("The step", "Do this.", "/no/such/program", []), { message: /ENOENT/ });
  t.equal(await mustRun("The step", "", process.execPath, ["-e", "console.log('out')"]), "out\n");
});

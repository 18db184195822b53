import path from "node:path";
import t from "tap";
import { type Commands, load, type Report } from "./support.ts";

const { findProgram, mustRun, packageManagerEnvironment, persistently } = await load<Commands>("commands");
const { SetupError } = await load<Report>("report");

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

t.test("what comes over the network is tried again, a few times, unless that would not help", async (t) => {
  let attempts = 0;
  const failing = (times: number, error = new SetupError("The step failed. Do this.\nno answer")) => {
    attempts = 0;
    return async () => {
      attempts += 1;
      if (attempts <= times) throw error;
      return "there";
    };
  };
  const told: string[] = [];
  const options = { pausesMs: [0, 0], tell: (line: string) => void told.push(line) };
  t.equal(await persistently(failing(2), options), "there");
  t.same(told, Array(2).fill("The step failed; trying again in 0 s (no answer)"));
  t.equal(attempts, 3);
  await t.rejects(persistently(failing(3), options), { message: "The step failed. Do this.\nno answer" });
  t.equal(attempts, 3);
  await t.rejects(persistently(failing(3), { ...options, isFinal: ({ message }) => message.includes("no answer") }));
  t.equal(attempts, 1);
  await t.rejects(persistently(failing(3, new TypeError("a mistake of ours")), options), TypeError);
  t.equal(attempts, 1);
});

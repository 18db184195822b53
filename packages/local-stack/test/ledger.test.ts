import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { endLeftovers, Ledger } from "../src/ledger.ts";
import { identify, isAlive, stopProcess } from "../src/process-identity.ts";

function sleeper(t: Test, script = "setInterval(() => {}, 1000); console.log('up')") {
  const child = spawn(process.execPath, ["-e", script], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  t.teardown(() => child.kill("SIGKILL"));
  return { child, up: once(child.stdout, "data"), exited: once(child, "exit") };
}

function pidOf(child: { readonly pid?: number | undefined }): number {
  if (child.pid === undefined) throw new Error("not started");
  return child.pid;
}

t.test("a number that went to another process is left alone", async (t) => {
  const dir = t.testdir();
  const { child, up } = sleeper(t);
  await up;
  const identity = identify(pidOf(child));
  const gone = { pid: identity.pid, startTime: "1" };
  const entry = { ...gone, name: "server", signal: "SIGKILL", graceMs: 0 };
  const folder = path.join(dir, "temporary");
  mkdirSync(folder);
  writeFileSync(
    path.join(dir, "processes.json"),
    JSON.stringify({ owner: { pid: process.pid, startTime: "1" }, entries: [entry], containers: [], remove: [folder] }),
  );
  await stopProcess(gone, "SIGKILL", 0);
  await endLeftovers(dir);
  t.ok(isAlive(identity));
  t.notOk(existsSync(folder), "what was to be removed is");
});

t.test("a living owner's processes are left alone", async (t) => {
  const ledger = await Ledger.claim(path.join(t.testdir(), "own"));
  const { child, up } = sleeper(t);
  await up;
  const entry = ledger.add("server", pidOf(child), "SIGKILL", 0);
  await endLeftovers(ledger.dir);
  t.ok(isAlive(entry));
  ledger.close();
});

t.test("of many that claim one folder at once, one gets it", async (t) => {
  const dir = path.join(t.testdir(), "own");
  const claims = await Promise.allSettled(Array.from({ length: 8 }, () => Ledger.claim(dir)));
  t.equal(claims.filter(({ status }) => status === "fulfilled").length, 1);
});

t.test("a damaged ledger is replaced", async (t) => {
  const dir = t.testdir({ "processes.json": "{" });
  const ledger = await Ledger.claim(dir);
  await t.rejects(Ledger.claim(dir), { code: "FOLDER_IN_USE" });
  ledger.close();
});

t.test("a process that does not listen is killed, with what it started", async (t) => {
  const { child, up, exited } = sleeper(
    t,
    "process.on('SIGTERM', () => {});" +
      "const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });" +
      "console.log(c.pid)",
  );
  const [output] = (await up) as [Buffer];
  const grandchild = identify(Number(output.toString()));
  await stopProcess(identify(pidOf(child)), "SIGTERM", 50);
  t.match(await exited, [null, "SIGKILL"]);
  // The signal is on its way; this test ends when it has arrived.
  while (isAlive(grandchild)) await new Promise(setImmediate);
});

t.test("a process that ended is known as such", async (t) => {
  const { child, exited } = sleeper(t, "");
  await exited;
  t.throws(() => identify(pidOf(child)), { message: /ended at once/ });
});

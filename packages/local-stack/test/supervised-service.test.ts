import { EventEmitter, once } from "node:events";
import path from "node:path";
import t, { type Test } from "tap";
import { freePort } from "../src/index.ts";
import { Ledger } from "../src/ledger.ts";
import { identify, isAlive } from "../src/process-identity.ts";
import { SupervisedService } from "../src/supervised-service.ts";

async function prepare(t: Test, env: Record<string, string> = {}) {
  const dir = t.testdir();
  const ledger = await Ledger.claim(path.join(dir, "run"));
  const changes = new EventEmitter();
  const said: string[] = [];
  const port = await freePort();
  const spec = {
    name: "upload-service",
    entry: path.join(import.meta.dirname, "support/service.ts"),
    env: { PORT: String(port), ...env },
    readyUrl: `http://127.0.0.1:${port}/`,
    graceMs: 5_000,
  } as const;
  const service = new SupervisedService(spec, ledger, path.join(dir, "service.log"), {
    onChange: () => changes.emit("change"),
    say: (line) => said.push(line),
  });
  // Nothing of a service keeps its supervisor alive.
  const alive = setInterval(() => {}, 1_000);
  t.teardown(async () => {
    clearInterval(alive);
    await service.stop();
    ledger.close();
  });
  return { service, changes, said, readyUrl: spec.readyUrl };
}

t.test("a service that dies comes back on the same port, and one that is stopped stays so", async (t) => {
  const { service, changes, said, readyUrl } = await prepare(t);
  await service.start();
  const first = service.pid ?? 0;
  t.equal(await (await fetch(readyUrl)).text(), String(first));

  const gone = once(changes, "change");
  process.kill(first, "SIGKILL");
  await gone;
  t.equal(service.pid, null);
  t.same(said, ["upload-service ended (SIGKILL), starting it again"]);
  await once(changes, "change");
  const second = identify(service.pid ?? 0);
  t.not(second.pid, first);

  await Promise.all([service.stop(), service.stop()]);
  t.notOk(isAlive(second));
  t.equal(said.length, 1);
});

t.test("a service that ends before it is ready fails the start, with the end of its log", async (t) => {
  const { service } = await prepare(t, { FAIL: "a variable is wrong" });
  await t.rejects(service.start(), { message: /upload-service did not become ready[\s\S]*a variable is wrong/ });
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { createInterface } from "node:readline";
import t, { type Test } from "tap";
import { bearerOf, SECRET } from "./support/tokens.ts";

const DRAIN_DELAY_MS = 300;
const MAIN = new URL("../src/main.ts", import.meta.url).pathname;

interface Service {
  child: ChildProcess;
  url: string;
}

/** Starts the service as a process of its own, with no Redis behind it, and waits until it listens. */
async function start(t: Test, env: Record<string, string> = {}): Promise<Service> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PORT: "0",
      JWT_HS256_SECRET: SECRET,
      PROGRESS_TICKET_SECRET: SECRET,
      CORS_ORIGINS: "*",
      REDIS_URL: "redis://127.0.0.1:9",
      DRAIN_DELAY_MS: String(DRAIN_DELAY_MS),
      ...env,
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  t.teardown(() => child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout })) {
    const { address } = JSON.parse(line);
    if (typeof address === "string") {
      child.stdout.resume();
      return { child, url: address };
    }
  }
  throw new Error("the service ended before it listened");
}

t.test("starts without Redis, answers, and goes on answering while it drains", async (t) => {
  // Ended by the test, so that it is at this all the while.
  const { child, url } = await start(t, { DRAIN_DELAY_MS: "60000" });
  const poll = () => bearerOf(1).then((headers) => fetch(`${url}/api/v1/media/videos/7/progress/`, { headers }));
  t.equal((await poll()).status, 200);
  const ready = await fetch(`${url}/readyz`);
  t.equal(ready.status, 200);
  t.strictSame(await ready.json(), { status: "degraded", degraded: ["redis"] });
  t.equal((await fetch(`${url}/healthz`)).status, 200);

  child.kill("SIGTERM");
  let drained = await fetch(`${url}/readyz`);
  while (drained.status === 200) drained = await fetch(`${url}/readyz`);
  t.equal(drained.status, 503, "unready first");
  t.equal((await poll()).status, 200, "and still answering");
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  t.strictSame(await exited, [130, null], "a second signal ends it at once");
});

t.test("ends by SIGTERM after draining; a connection kept alive does not hold it up", async (t) => {
  const { child, url } = await start(t);
  const agent = new http.Agent({ keepAlive: true });
  t.teardown(() => agent.destroy());
  const [answer] = (await once(http.get(`${url}/healthz`, { agent }), "response")) as [http.IncomingMessage];
  answer.resume();
  await once(answer, "end");
  const exited = once(child, "exit");
  const began = performance.now();
  child.kill("SIGTERM");
  t.strictSame(await exited, [0, null]);
  // Timers may be a millisecond early.
  t.ok(performance.now() - began > DRAIN_DELAY_MS - 5, "no sooner than a balancer has seen it");
});

t.test("a bad setting ends it at once, with a sentence that names it", async (t) => {
  const child = spawn(process.execPath, [MAIN], {
    env: { PORT: "x", JWT_HS256_SECRET: SECRET, PROGRESS_TICKET_SECRET: SECRET },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  child.stderr.on("data", (chunk) => said.push(String(chunk)));
  const [code] = await once(child, "close");
  t.equal(code, 1);
  t.match(said.join(""), /PORT has a value that cannot be used/);
});

import { readFile } from "node:fs/promises";
import type { JobProgress } from "@lectern/contracts";
import { signDevToken } from "@lectern/local-stack";
import { Redis } from "ioredis";
import t from "tap";
import { signIn } from "../src/client.ts";
import { startSystem } from "./support/system.ts";

type Worker = (internal: string, token: string, redis: unknown, send: typeof fetch) => Promise<void>;
type WorkerMaker = new (...parametersAndBody: string[]) => Worker;
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as WorkerMaker;

/** The worker that the README shows to other teams, word by word: it imports nothing of this tree. */
async function workerOfReadme(): Promise<Worker> {
  const readme = await readFile(new URL("../../../README.md", import.meta.url), "utf8");
  const code = [...readme.matchAll(/```js\n(.*?)```/gs)].find(([, text]) => text?.includes("/internal/v1/jobs"))?.[1];
  if (code === undefined) throw new Error("The README shows no worker.");
  return new AsyncFunction("INTERNAL", "SERVICE_TOKEN", "redis", "fetch", code);
}

const system = await startSystem(t);
const teacher = await signIn(system, 7);
const token = await signDevToken(system.secrets, { audience: "media-internal", subject: "import", ttlSeconds: 600 });
const redis = new Redis(system.redis.url);
t.teardown(() => redis.disconnect());

t.test("a worker that knows the key table and two calls shows up in progress", async (t) => {
  const id = "import-42";
  const seen: JobProgress[] = [];
  const look = async () => void seen.push((await teacher.jobProgress(id)).body);
  await look();
  const work = await workerOfReadme();
  // It is looked at after each thing that it does.
  const watchedFetch: typeof fetch = async (...request) => {
    const answer = await fetch(...request);
    t.ok(answer.ok, String(request[0]));
    await look();
    return answer;
  };
  const watchedRedis = {
    hset: (key: string, fields: Record<string, string | number>) => redis.hset(key, fields),
    async expire(key: string, seconds: number) {
      await redis.expire(key, seconds);
      await look();
    },
  };
  await work(system.urls.internal, token, watchedRedis, watchedFetch);

  t.match(seen[0], { status: "UNKNOWN", known: false });
  t.match(seen[1], { status: "PENDING", known: true, job_type: "spreadsheet_import", progress: null });
  t.match(seen[2], { status: "RUNNING", progress: null });
  const running = seen.slice(3, -1);
  t.ok(running.length > 1);
  for (const view of running)
    t.match(view, { status: "RUNNING", stalled: false, progress: { step_name_display: "Reading rows" } });
  t.same(
    running.map(({ progress }) => progress?.percent),
    [0, 10, 20, 30, 40, 50, 60, 70, 80, 90],
  );
  const done = { status: "DONE", progress: { percent: 100 }, result: { rows: 1200 }, next_poll_ms: null };
  t.match(seen.at(-1), done);
  t.match((await teacher.job(id)).body, { status: "DONE", result: { rows: 1200 }, video_id: null, attempt: 1 });
  t.match((await (await signIn(system, 8)).jobProgress(id)).body, { status: "UNKNOWN" });
});

t.test("and so does one that fails", async (t) => {
  const call = (path: string, body: object) =>
    fetch(`${system.urls.internal}/internal/v1/jobs${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ tenant_id: 7, ...body }),
    });
  const run = { generation: 1, run_token: "one" };
  await call("", { job_id: "import-43", job_type: "spreadsheet_import" });
  await call("/import-43/transitions", { transition: "running", ...run });
  await redis.hset("tenant:7:job:import-43:progress", { percent: 62.5 });
  const message = "Row 1,201 has no date.";
  const failed = { transition: "failed", attempt: 1, ...run, error_message: message };
  t.equal((await call("/import-43/transitions", failed)).status, 200);
  const { body } = await teacher.jobProgress("import-43");
  t.match(body, { status: "FAILED", error_message: message, progress: { percent: 62.5 }, next_poll_ms: null });
});

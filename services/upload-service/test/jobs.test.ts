import type { JobDetail, JobTransitionResult } from "@lectern/contracts";
import t from "tap";
import { type Either, startService } from "./support/service.ts";

t.test("another team's job: recorded, run, done", async (t) => {
  const s = await startService(t);
  const record = (job_type = "spreadsheet_import", job_id = "import-7") =>
    s.internal<Either<JobDetail>>("POST", "/internal/v1/jobs", { tenant_id: s.tenant, job_id, job_type });
  const say = (transition: string, rest: object = {}) =>
    s.internal<Either<JobTransitionResult>>("POST", "/internal/v1/jobs/import-7/transitions", {
      transition,
      tenant_id: s.tenant,
      generation: 1,
      run_token: "run-1",
      ...rest,
    });
  const key = `tenant:${s.tenant}:job:import-7:status`;

  t.match(await say("running"), { status: 404, body: { code: "JOB_NOT_FOUND" } }, "record it first");
  t.match(await record(), { status: 201, body: { status: "PENDING", generation: 1, attempt: 0 } });
  t.match(await record(), { status: 200, body: { status: "PENDING" } }, "again is the same");
  t.match(await record("other_type"), { status: 409, body: { code: "JOB_EXISTS" } });
  t.match(await record("video_encode", "video-7-g1"), { status: 400 }, "ids of encodes are taken");
  t.match(await s.stored(key), { status: "PENDING", job_type: "spreadsheet_import" });
  t.equal(await s.queuedJob(7), undefined, "nothing is queued");

  t.match(await say("running"), { status: 200, body: { applied: true, attempt: 1, status: "RUNNING" } });
  t.match(await say("running"), { status: 200, body: { applied: false, attempt: 1 } });
  t.match(await s.stored(key), { status: "RUNNING" });
  t.match(await say("running", { run_token: "run-2" }), { body: { attempt: 2 } });
  t.match(await say("running"), { status: 409, body: { code: "STALE_RUN" } }, "what was superseded begins nothing");
  t.match(await say("done", { attempt: 1, result: 1 }), { status: 409, body: { code: "STALE_RUN" } });

  const result = { rows: [], note: "NUL \u0000 is left out, a literal \\u0000 is not" };
  const done = { attempt: 2, run_token: "run-2", result };
  t.match(await say("done", done), { status: 200, body: { applied: true, status: "DONE" } });
  const kept = { rows: [], note: "NUL  is left out, a literal \\u0000 is not" };
  t.same((await s.call<JobDetail>("GET", "/api/v1/jobs/import-7/")).body.result, kept);
  t.match(await s.stored(key), { status: "DONE", result: kept });
  t.match(
    await say("failed", { attempt: 2, run_token: "run-2", error_message: "no" }),
    { status: 409 },
    "done is final",
  );
  t.match(await s.call("GET", "/api/v1/jobs/import-7/", undefined, { tenant: s.tenant + 1 }), { status: 404 });
});

t.test("a large result is left out of Redis, and a failure keeps its message", async (t) => {
  const s = await startService(t);
  for (const id of ["large", "broken"])
    await s.internal("POST", "/internal/v1/jobs", { tenant_id: s.tenant, job_id: id, job_type: "report" });
  const say = (id: string, body: object) =>
    s.internal("POST", `/internal/v1/jobs/${id}/transitions`, {
      tenant_id: s.tenant,
      generation: 1,
      run_token: "r",
      ...body,
    });

  await say("large", { transition: "running" });
  t.match(await say("large", { transition: "done", attempt: 1, result: "x".repeat(20_000) }), { status: 200 });
  t.match(await s.stored(`tenant:${s.tenant}:job:large:status`), { status: "DONE", result_omitted: true });
  t.match((await s.call<JobDetail>("GET", "/api/v1/jobs/large/")).body.result, /^x{20000}$/);

  await say("broken", { transition: "running" });
  const failed = { transition: "failed", attempt: 1, error_message: "row 7 has no name" };
  t.match(await say("broken", failed), { status: 200, body: { applied: true } });
  t.match(await say("broken", failed), { status: 200, body: { applied: false } });
  t.match(await s.stored(`tenant:${s.tenant}:job:broken:status`), {
    status: "FAILED",
    error_message: "row 7 has no name",
  });
});

t.test("a result is kept whatever it holds, and the same report again is the same", async (t) => {
  const s = await startService(t);
  const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  /** Records and runs a job, then says twice that it is done with `result`, which is JSON. */
  const report = async (id: string, result: string) => {
    const url = `/internal/v1/jobs/${id}/transitions`;
    const run = { tenant_id: s.tenant, generation: 1, run_token: "r", attempt: 1 };
    await s.internal("POST", "/internal/v1/jobs", { tenant_id: s.tenant, job_id: id, job_type: "report" });
    await s.internal("POST", url, { ...run, transition: "running" });
    const body = JSON.stringify({ ...run, transition: "done" }).replace(/}$/, `,"result":${result}}`);
    const first = await s.internal<Either<JobTransitionResult>>("POST", url, body);
    return { first, again: await s.internal<Either<JobTransitionResult>>("POST", url, body) };
  };

  const results = [
    [
      String.raw`"half \ud83d of a pair, with its other half \ud83d\ude00, and a literal \\ud83d"`,
      "half \ufffd of a pair, with its other half \u{1f600}, and a literal \\ud83d",
    ],
    [String.raw`{"\udc00": 1}`, { "\ufffd": 1 }],
    [String.raw`"nothing\u0000"`, "nothing"],
    ["-0", 0],
    ["1e400", null],
    [deep(200), JSON.parse(deep(200))],
  ] as const;
  for (const [index, [result, kept]] of results.entries()) {
    const { first, again } = await report(`kept-${index}`, result);
    t.match(first, { status: 200, body: { applied: true, status: "DONE" } }, result);
    t.match(again, { status: 200, body: { applied: false, status: "DONE" } }, `${result} again`);
    t.same((await s.call<JobDetail>("GET", `/api/v1/jobs/kept-${index}/`)).body.result, kept);
  }
  for (const levels of [201, 100_000])
    t.match(
      (await report(`deep-${levels}`, deep(levels))).again,
      { status: 400, body: { code: "VALIDATION_FAILED", detail: /deeper than 200/ } },
      `${levels} levels are refused`,
    );
});

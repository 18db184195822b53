import { randomTenant, startTestSystem } from "@lectern/local-stack";
import t from "tap";
import { between, countStatements, selectsOf, total } from "../src/bench/polling-cost/statements.ts";
import { putUnderWay } from "../src/bench/polling-cost/under-way.ts";
import { signIn } from "../src/client.ts";

const JOBS = 5;
const ROUNDS = 20;

t.test("polling costs the database nothing", async (t) => {
  const system = await startTestSystem({
    only: ["upload-service", "progress-service"],
    // Its own SELECTs, which have nothing to do with polls, do not come within the time of this test.
    settings: { "upload-service": { SWEEP_MS: "60000" } },
  });
  t.teardown(() => system.stop());
  const counter = await countStatements(system.databaseUrl);
  t.teardown(() => counter.close());
  const teacher = await signIn(system, randomTenant());
  const work = await putUnderWay(system, teacher, JOBS);
  t.teardown(() => work.close());

  const before = await counter.read();
  let polls = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const percent = (100 * round) / (ROUNDS + 1);
    await work.report(percent);
    const [batch, ...answers] = await Promise.all([
      teacher.batchProgress(work.ids),
      ...work.ids.map((id) => teacher.videoProgress(id)),
    ]);
    const jobs = await Promise.all(work.ids.map((id) => teacher.jobProgress(`video-${id}-g1`)));
    polls += 1 + answers.length + jobs.length;
    const views = [...batch.body, ...answers.map(({ body }) => body)];
    t.ok(
      views.every(({ status, progress }) => status === "PROCESSING" && Math.abs(progress - percent) < 0.1),
      `${percent.toFixed(1)} % is seen`,
    );
    t.ok(jobs.every(({ body }) => body.status === "RUNNING"));
  }
  const after = await counter.read();
  t.same([...selectsOf(between(before, after))], [], `${polls} polls, no SELECT`);

  await Promise.all(work.ids.map((id) => teacher.video(id)));
  const details = selectsOf(between(after, await counter.read()));
  t.equal(total(details), JOBS, "while each detail costs one: the counting works");
});

import t from "tap";
import { Judge, Timeline } from "../../src/bench/staleness/timeline.ts";

t.test("an answer is as old as the state after its own is in Redis", async (t) => {
  const timeline = new Timeline();
  let now = 0;
  const write = (progress: number, generation = 1): void => {
    timeline.begins({ generation, status: "PROCESSING", progress }, () => now).done();
    now += 100;
  };
  for (const percent of [0, 1, 2]) write(percent);
  const judge = new Judge();
  const shown = new Map<Timeline, number>();
  const see = (progress: number, at: number, generation = 1, known = true): void =>
    judge.see(timeline, shown, { generation, status: "PROCESSING", progress, known }, at);
  see(1, 150);
  see(1, 230);
  see(2, 1_000);
  t.strictSame(judge.ages, [0, 30, 0], "the last one is never old");
  t.equal(judge.older, 0);
  see(0, 1_000);
  t.equal(judge.older, 1, "older than one before");
  t.equal(judge.ages.at(-1), 900);
  see(7, 1_000);
  see(1, 1_000, 2);
  t.equal(judge.untrue, 2, "what never was, and another generation's");
  see(0, 1_000, 1, false);
  t.equal(judge.unknown, 1);
  t.equal(judge.answers, 7);
});

import t from "tap";
import { learn } from "../../src/costs/learn.ts";

const run = (kind: string, seconds: number, expected = 10) => ({
  kind,
  steps: [{ step: "transcoding", seconds, expected }],
});
const of = (kind: string, learned: ReturnType<typeof learn>) => learned.find((each) => each.kind === kind);

t.test("the median ratio of each kind, and of all", async (t) => {
  const learned = learn([run("h264", 9), run("h264", 11), run("h264", 10), run("hevc", 40), run("hevc", 40)]);
  t.match(of("h264", learned), { step: "transcoding", runs: 3, ratio: 1 });
  t.match(of("hevc", learned), { runs: 2, ratio: 4, spread: 0 });
  t.equal(of("*", learned)?.runs, 5);
  t.equal(Number(of("*", learned)?.ratio.toFixed(6)), 1.1);
});

t.test("absurd reports are a few voices among many", async (t) => {
  const usual = [9, 10, 10, 10, 11].map((seconds) => run("h264", seconds));
  const learned = learn([...usual, run("h264", 1e7), run("h264", 1e-6), run("h264", 5, 0), run("h264", 0)]);
  const found = of("h264", learned);
  t.equal(found?.runs, 7, "what is no ratio is none");
  t.equal(found?.ratio, 1);
  t.ok((found?.spread ?? 1) < 0.2, "and the doubt stays small");
});

t.test("nothing teaches nothing", async (t) => t.strictSame(learn([]), []));

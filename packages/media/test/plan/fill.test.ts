import t from "tap";
import { planEncode } from "../../src/index.ts";
import { refilled } from "../../src/plan/fill.ts";
import { planWith } from "../../src/plan/plan.ts";
import { info } from "../support/info.ts";

const plan = planEncode(info());
const lengths = (video: number, audio: number | null) => ({
  video,
  audio: new Map(audio === null ? [] : [["a1", audio]]),
});

t.test("sound and picture that end together need no other pass", async (t) => {
  t.equal(refilled(plan, lengths(10, 10.02)), null);
  t.equal(refilled(plan, lengths(10, null)), null, "no sound came out");
  t.equal(refilled(plan, lengths(0, 10)), null, "no picture came out");
});

t.test("the shorter one is filled up to what was measured", async (t) => {
  const still = refilled(plan, lengths(0.04, 30.5));
  t.equal(still?.video?.padToFrames, 915);
  t.equal(still?.audio[0]?.padToSeconds, null);
  const quiet = refilled(plan, lengths(30.5, 3));
  t.equal(quiet?.video?.padToFrames, null);
  t.equal(quiet?.audio[0]?.padToSeconds, 30.5);
});

t.test("where a lying header led to filling up, the truth is measured first", async (t) => {
  const parts = { audio: plan.audio.map((track) => ({ ...track, padToSeconds: 24 })) };
  const measured = refilled(planWith(plan, parts), lengths(1.1, 24));
  t.equal(measured?.audio[0]?.padToSeconds, null);
  t.equal(measured?.video?.padToFrames, null);
});

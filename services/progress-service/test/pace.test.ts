import t from "tap";
import { HEARTBEAT_ALLOWANCE_MS, isStalled, paceOf } from "../src/pace.ts";
import { ago, NOW, progressFields, videoSnapshot } from "./support/snapshots.ts";

const started = (seconds: number) =>
  videoSnapshot({ status: "PROCESSING", progress: progressFields({ startedAt: ago(seconds) }) });

t.test("the pace slows down with the age of the work", async (t) => {
  const paces = [0, 9.9, 10, 60, 60.1, 7_200].map((seconds) => paceOf(started(seconds), true, NOW));
  t.strictSame(paces, [1000, 1000, 2000, 2000, 3000, 3000]);
});

t.test("before work every two seconds, and never again once final", async (t) => {
  for (const status of ["PENDING", "UPLOADED"]) t.equal(paceOf(videoSnapshot({ status }), false, NOW), 2000);
  for (const status of ["READY", "FAILED", "DONE"]) t.equal(paceOf(videoSnapshot({ status }), false, NOW), null);
});

t.test(
  "without progress work began with the status; a start nobody knows, or far ahead, asks for the common pace",
  async (t) => {
    t.equal(paceOf(videoSnapshot({ status: "PROCESSING", updatedAt: ago(3) }), true, NOW), 1000);
    t.equal(paceOf(videoSnapshot({ status: "PROCESSING", updatedAt: ago(300) }), true, NOW), 3000);
    t.equal(
      paceOf(videoSnapshot({ status: "PROCESSING", progress: progressFields({ startedAt: null }) }), true, NOW),
      2000,
    );
    t.equal(paceOf(started(-9 * 3600), true, NOW), 2000);
    t.equal(paceOf(started(-1), true, NOW), 1000);
    t.equal(paceOf(started(3), true, null), 2000);
  },
);

t.test("stalled means silence during work, by Redis's clock", async (t) => {
  const heard = (seconds: number, since = 600) =>
    videoSnapshot({
      status: "PROCESSING",
      updatedAt: ago(since),
      progress: progressFields({ updatedAt: ago(seconds) }),
    });
  const allowance = HEARTBEAT_ALLOWANCE_MS / 1000;
  t.equal(isStalled(heard(allowance), true, NOW), false);
  t.equal(isStalled(heard(allowance + 0.1), true, NOW), true);
  t.equal(isStalled(heard(3_600, 2), true, NOW), false, "a new attempt beside the old one's progress");
  t.equal(isStalled(heard(-3_600), true, NOW), false, "a writer whose clock is ahead");
  t.equal(isStalled(heard(3_600), false, NOW), false, "no work under way");
  t.equal(isStalled(heard(3_600), true, null), false, "no clock to compare with");
  t.equal(
    isStalled(videoSnapshot({ status: "PROCESSING", updatedAt: ago(16) }), true, NOW),
    true,
    "never any progress",
  );
  t.equal(isStalled(videoSnapshot({ status: "PROCESSING" }), true, NOW), false, "a writer without times");
});

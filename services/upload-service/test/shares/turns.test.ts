import { encodeJobId } from "@lectern/keys";
import t from "tap";
import { requeue } from "../../src/reconciler/requeue.ts";
import { cancelVideo, retryVideo } from "../../src/videos/lifecycle.ts";
import { type Begun, startSharing } from "../support/sharing.ts";

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const secondsOf = (begun: readonly Begun[], tenant: number): number =>
  begun.reduce((sum, each) => sum + (each.tenant === tenant ? each.seconds : 0), 0);

t.test("one tenant has 1,000 lectures waiting: another's single one is the next to begin", async (t) => {
  const s = await startSharing(t);
  const [a, b] = [s.tenant(), s.tenant()];
  await s.flood(a, times(1_000, 1_800));
  const order = await s.work(12, {
    onBegun: async (nth) => {
      // While the only slot is at work.
      if (nth === 6) await s.flood(b, [7_200]);
    },
  });
  t.same(
    order.map(({ tenant }) => tenant),
    [a, a, a, a, a, a, b, a, a, a, a, a],
  );
});

t.test(
  "two tenants that flood the queue get half of the media time each, whatever their lectures' lengths",
  async (t) => {
    const s = await startSharing(t);
    const [short, long] = [s.tenant(), s.tenant()];
    await s.flood(short, times(400, 100));
    await s.flood(long, times(20, 2_000));
    // Both have work waiting for as long as this.
    const order = await s.work(395, { slots: 4 });
    const ratio = secondsOf(order, short) / secondsOf(order, long);
    t.comment(`${secondsOf(order, short)} s to ${secondsOf(order, long)} s of media: ${ratio.toFixed(3)}`);
    t.ok(ratio > 0.9 && ratio < 1.1);
    // Not in the long run alone: at no time are they further apart than one lecture of each.
    const apart = order.map((_, index) => {
      const begun = order.slice(0, index + 1);
      return Math.abs(secondsOf(begun, short) - secondsOf(begun, long));
    });
    t.comment(`at most ${Math.max(...apart)} s apart`);
    // Four slots begin nearly at once.
    t.ok(Math.max(...apart) <= 2_000 + 4 * 100 + 2);
  },
);

t.test("turns of one tenant follow each other, however many uploads are confirmed at once", async (t) => {
  const s = await startSharing(t);
  const tenant = s.tenant();
  const videos = (await Promise.all(times(20, 0).map(() => s.flood(tenant, [60])))).flat();
  const rows = await Promise.all(videos.map((video) => s.row(video)));
  t.same(
    rows.map(({ turn_start }) => turn_start).sort((x, y) => x - y),
    times(20, 0).map((_, index) => index * 60),
  );
});

t.test("who was away has saved nothing up", async (t) => {
  const s = await startSharing(t);
  const [a, b] = [s.tenant(), s.tenant()];
  await s.flood(b, [600]);
  await s.flood(a, times(20, 600));
  await s.work(15);
  await s.flood(b, times(10, 600));
  const order = await s.work(6);
  t.equal(secondsOf(order, b), 1_800, "half of what followed");
});

t.test("work that is taken up again keeps its place; work that is tried again joins its tenant's line", async (t) => {
  const s = await startSharing(t);
  const tenant = s.tenant();
  const [first, second] = await s.flood(tenant, [600, 600, 600]);
  if (first === undefined || second === undefined) throw new Error("nothing was confirmed");
  const place = await s.priority(encodeJobId(first, 1));
  const done = await requeue(s.db, await s.row(first), false);
  await s.deliver(done?.owed ?? []);
  t.equal(await s.priority(encodeJobId(first, 2)), place);

  await cancelVideo(s.db, tenant, second);
  const retried = await retryVideo(s.db, tenant, second, s.limits);
  await s.deliver(retried.kind === "applied" ? retried.owed : []);
  t.match(await s.row(second), { turn_start: 1_800, turn_finish: 2_400 });
  t.equal(await s.priority(encodeJobId(second, 2)), (place ?? 0) + 1_800);
});

t.test("what was cancelled before it began, at the end of a line, is not charged", async (t) => {
  const s = await startSharing(t);
  const tenant = s.tenant();
  const videos = await s.flood(tenant, times(5, 600));
  for (const video of videos) await cancelVideo(s.db, tenant, video);
  const [next] = await s.flood(tenant, [600]);
  t.equal(next && (await s.row(next)).turn_start, 0);
});

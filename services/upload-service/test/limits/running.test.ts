import { ENCODE_QUEUE, encodeJobId, type TenantId, type VideoId } from "@lectern/keys";
import t from "tap";
import { countUnfinished } from "../../src/limits/line.ts";
import { PARKED_MS } from "../../src/queue.ts";
import { createPlaceKeeper } from "../../src/shares/place-keeper.ts";
import { setLimits } from "../../src/shares/settings.ts";
import { cancelVideo } from "../../src/videos/lifecycle.ts";
import { applyTransition } from "../../src/videos/transitions.ts";
import { type Sharing, startSharing } from "../support/sharing.ts";

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

const begin = (s: Sharing, tenant: TenantId, video: VideoId, run_token = `lock-${video}`) => {
  const processing = { transition: "processing", tenant_id: tenant, generation: 1, run_token } as const;
  return applyTransition(s.db, tenant, video, processing, s.limits);
};

t.test("a long backlog of a limited tenant: its limit is kept, in its order, and nobody waits for it", async (t) => {
  const s = await startSharing(t, { running: 2 });
  const [a, b] = [s.tenant(), s.tenant()];
  await s.flood(a, times(200, 600));
  t.same(await s.counts(), { prioritized: 2, delayed: 198 }, "workers are offered what may begin, and no more");

  let most = 0;
  const order = await s.work(80, {
    slots: 6,
    onBegun: async (nth, tenant) => {
      // The database's word: that a run has ended may be heard here after the next one began.
      if (tenant === a) most = Math.max(most, await countUnfinished(s.db, a, ["PROCESSING"]));
      if (nth === 20) await s.flood(b, times(20, 600));
    },
  });
  t.equal(most, 2);
  const turnsOf = (tenant: TenantId) => order.filter((each) => each.tenant === tenant).map(({ turn }) => turn);
  t.equal(turnsOf(b).length, 20);
  // Two slots of one tenant begin nearly at once.
  const disorder = turnsOf(a).filter((turn, index) => Math.abs(turn - index * 600) > 2 * 600);
  t.same(disorder, []);
  t.comment(`${s.refused.length} beginnings were refused, ${order.length} were not`);
  t.ok(s.refused.length < 20, "jobs are not cycled through workers");
});

t.test("a limit that comes when the backlog is there parks each of its jobs once", async (t) => {
  const s = await startSharing(t);
  const [a, b] = [s.tenant(), s.tenant()];
  const [first] = await s.flood(a, times(60, 600));
  if (first === undefined) throw new Error("nothing was confirmed");
  await setLimits(s.db, a, { running: 1 }, s.limits);
  t.match(await begin(s, a, first), { kind: "applied" });
  await s.queue.remove(encodeJobId(first, 1));
  await s.flood(b, times(60, 600));
  const order = await s.work(60, { slots: 2 });
  t.ok(
    order.every(({ tenant }) => tenant === b),
    "the other tenant's work goes on meanwhile",
  );
  t.equal(new Set(s.refused).size, s.refused.length, "none was taken up twice");
  t.match(await s.counts(), { delayed: s.refused.length });
});

t.test("who is at the limit is refused without an attempt; work that is taken up again has its place", async (t) => {
  const s = await startSharing(t, { running: 1 });
  const tenant = s.tenant();
  const [one, two] = await s.flood(tenant, [600, 600]);
  if (one === undefined || two === undefined) throw new Error("nothing was confirmed");
  const outcomes = await Promise.all([begin(s, tenant, one), begin(s, tenant, two)]);
  t.same(outcomes.map(({ kind }) => kind).sort(), ["applied", "limited"], "of two at once, one");
  const [running, held] = outcomes[0]?.kind === "applied" ? [one, two] : [two, one];
  t.match(await s.row(held), { status: "UPLOADED", attempt: 0, crashes: 0, run_token: null });
  t.match(await begin(s, tenant, running, "another-lock"), { kind: "applied" });
});

t.test("a place that becomes free is given to the next of the line, whatever freed it", async (t) => {
  const s = await startSharing(t, { running: 1 });
  const tenant = s.tenant();
  const [one, two, three] = await s.flood(tenant, [600, 600, 600]);
  if (one === undefined || two === undefined || three === undefined) throw new Error("nothing was confirmed");
  await begin(s, tenant, one);
  t.same(await s.counts(), { prioritized: 1, delayed: 2 });
  const place = await s.priority(encodeJobId(two, 1));
  await cancelVideo(s.db, tenant, one);
  await s.admission.admit(tenant);
  t.same(await s.counts(), { prioritized: 2, delayed: 1 });
  t.equal(await s.priority(encodeJobId(two, 1)), place, "at the place that it had");
  await s.admission.admit(tenant);
  t.same(await s.counts(), { prioritized: 2, delayed: 1 }, "once is enough");
  // Whoever should have given the place on broke off: the sweep does it.
  await cancelVideo(s.db, tenant, two);
  const parked = [encodeJobId(two, 1), encodeJobId(three, 1)];
  t.equal(await s.admission.release(tenant, parked), 1);
  t.match(await s.counts(), { delayed: 0 });
});

t.test("who was held back has saved nothing up when the limit is lifted", async (t) => {
  const s = await startSharing(t);
  const [a, b] = [s.tenant(), s.tenant()];
  await setLimits(s.db, a, { running: 1 }, s.limits);
  const held = await s.flood(a, times(20, 600));
  const [first] = held;
  if (first === undefined) throw new Error("nothing was confirmed");
  await begin(s, a, first);
  await s.flood(b, times(40, 600));
  await s.work(20);
  t.same(await setLimits(s.db, a, { running: null }, { ...s.limits, running: 3 }), s.limits, "null is none");
  await createPlaceKeeper(s.db, s.queue).keep();
  await s.admission.release(
    a,
    held.map((video) => encodeJobId(video, 1)),
  );
  const order = await s.work(10);
  const ofA = order.filter(({ tenant }) => tenant === a).length;
  t.ok(Math.abs(ofA - 5) <= 1, `${ofA} of 10`);
});

t.test(
  "what was put back for a while after a fault is offered early only where its line would wait with it",
  async (t) => {
    const s = await startSharing(t);
    const tenant = s.tenant();
    const [video] = await s.flood(tenant, [600]);
    if (video === undefined) throw new Error("nothing was confirmed");
    const jobId = encodeJobId(video, 1);
    /** As a worker leaves a job that it hands back, or that failed. */
    const putBack = (delayMs: number) =>
      s.queue.redis
        .multi()
        .zrem(`bull:${ENCODE_QUEUE}:prioritized`, jobId)
        .zadd(`bull:${ENCODE_QUEUE}:delayed`, (Date.now() + delayMs) * 4096, jobId)
        .hset(`bull:${ENCODE_QUEUE}:${jobId}`, "delay", delayMs)
        .exec();
    await putBack(15_000);
    t.equal(await s.admission.release(tenant, [jobId]), 0);
    t.same(await s.counts(), { prioritized: 0, delayed: 1 }, "it waits its time out");
    await putBack(PARKED_MS);
    t.equal(await s.admission.release(tenant, [jobId]), 1, "what was parked without need does not");
    await setLimits(s.db, tenant, { running: 1 }, s.limits);
    await putBack(15_000);
    t.equal(await s.admission.release(tenant, [jobId]), 1);
    t.same(await s.counts(), { prioritized: 1, delayed: 0 });
  },
);

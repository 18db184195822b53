import t from "tap";
import { createPlaceKeeper } from "../../src/shares/place-keeper.ts";
import { makeUrgent, setWeight } from "../../src/shares/settings.ts";
import { tinyVideo } from "../support/media.ts";
import { startService } from "../support/service.ts";
import { startSharing } from "../support/sharing.ts";

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

t.test("a tenant of weight 2 gets twice the media time, also with what it had waiting before", async (t) => {
  const s = await startSharing(t);
  const [a, b] = [s.tenant(), s.tenant()];
  await s.flood(a, times(150, 100));
  await s.flood(b, times(150, 100));
  await s.work(50);
  await setWeight(s.db, a, 2);
  t.ok((await createPlaceKeeper(s.db, s.queue).keep()) > 0);
  const order = await s.work(150);
  const ofA = order.filter(({ tenant }) => tenant === a).length;
  t.comment(`${ofA} to ${150 - ofA} lectures`);
  t.ok(Math.abs(ofA - 100) <= 2);

  const [next] = await s.flood(a, [100]);
  const { turn_start = 0, turn_finish = 0 } = next === undefined ? {} : await s.row(next);
  t.equal(turn_finish - turn_start, 50, "and with what comes");
});

t.test(
  "urgent work begins before all that waits, a newcomer's too; a flood of it keeps nobody waiting for ever",
  async (t) => {
    const s = await startSharing(t);
    const [a, b, c] = [s.tenant(), s.tenant(), s.tenant()];
    await s.flood(a, times(30, 600));
    await s.work(5);
    const [newcomer] = await s.flood(c, [600]);
    const hurry = await s.flood(b, times(10, 43_200));
    const keeper = createPlaceKeeper(s.db, s.queue);
    for (const video of hurry) t.match(await makeUrgent(s.db, b, video), { kind: "applied" });
    await keeper.keep();
    const order = await s.work(11);
    // 43,200 s are 43.2 s of the urgent line, which begins 60 s ahead: two lectures.
    t.same(
      order.slice(0, 2).map(({ video }) => video),
      hurry.slice(0, 2),
    );
    t.ok(order.some(({ video }) => video === newcomer));
    t.ok(order.findIndex(({ video }) => video === newcomer) <= 3);
  },
);

t.test("urgency is for what waits, and counts once", async (t) => {
  const s = await startSharing(t);
  const [a, b] = [s.tenant(), s.tenant()];
  const [first, second] = await s.flood(a, [600, 600]);
  if (first === undefined || second === undefined) throw new Error("nothing was confirmed");
  t.match(await makeUrgent(s.db, b, first), { kind: "missing" }, "of another tenant");
  t.match(await makeUrgent(s.db, a, second), { kind: "applied" });
  t.match(await makeUrgent(s.db, a, second), { kind: "already" });
  t.match(await s.row(second), { turn_start: -60, turn_finish: 1_200, urgent: true }, "its tenant pays for it");
  await createPlaceKeeper(s.db, s.queue).keep();
  t.match(await s.work(1), [{ video: second }]);
  t.match(await makeUrgent(s.db, a, second), { kind: "not waiting" });
});

t.test("both are set over the internal API, and the running service moves the jobs", async (t) => {
  const s = await startService(t, { SWEEP_MS: "200" });
  const film = await tinyVideo();
  const [, second] = [await s.upload(film), await s.upload(film)];
  t.equal((await s.queuedJob(second.id))?.priority, 100_002, "a lecture of one second waits before it");

  const share = `/internal/v1/tenants/${s.tenant}/share`;
  t.match(await s.internal("POST", share, { weight: 0.1 }), { status: 200, body: { weight: 0.1 } });
  while ((await s.queuedJob(second.id))?.priority !== 100_011);
  for (const body of [{}, { weight: 0 }, { weight: -1 }, { weight: 101 }, { weight: null }])
    t.match(await s.internal("POST", share, body), { status: 400 }, JSON.stringify(body));
  t.match(await s.internal("POST", "/internal/v1/tenants/0/share", { weight: 1 }), { status: 400 });

  const urgent = `/internal/v1/videos/${second.id}/urgent`;
  t.match(await s.internal("POST", urgent, { tenant_id: s.tenant + 1 }), { status: 404 });
  t.match(await s.internal("POST", urgent, { tenant_id: s.tenant }), {
    status: 200,
    body: { applied: true, status: "UPLOADED", urgent: true },
  });
  while ((await s.queuedJob(second.id))?.priority !== 100_000 - 60 + 1);
  t.match(await s.internal("POST", urgent, { tenant_id: s.tenant }), { body: { applied: false, urgent: true } });
});

import type { VideoDetail } from "@lectern/contracts";
import pg from "pg";
import t, { type Test } from "tap";
import { tinyVideo } from "../support/media.ts";
import { put, startService, type TestService } from "../support/service.ts";

const film = await tinyVideo();

const act = (s: TestService, id: number, action: string, tenant = s.tenant) =>
  s.queued(id, s.call("POST", `/api/v1/media/videos/${id}/${action}/`, undefined, { tenant }));
const complete = (s: TestService, id: number) => act(s, id, "upload/complete");
const setLimits = (s: TestService, limits: object, tenant = s.tenant) =>
  s.internal("POST", `/internal/v1/tenants/${tenant}/limits`, limits);

async function uploaded(s: TestService): Promise<number> {
  const { id, upload } = await s.create({ size_bytes: film.byteLength });
  await put(upload, film);
  return id;
}

async function database(t: Test, s: TestService): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: s.database.url });
  await client.connect();
  t.teardown(() => client.end());
  return client;
}

t.test("no more wait than the tenant may have; what is refused stays PENDING and can follow", async (t) => {
  const s = await startService(t, { TENANT_QUEUED_LIMIT: "2" });
  const [first, second, third] = [await uploaded(s), await uploaded(s), await uploaded(s)];
  t.equal((await complete(s, first)).status, 200);
  const both = await Promise.all([complete(s, second), complete(s, third)]);
  t.same(both.map(({ status }) => status).sort(), [200, 429], "of two at once, one");
  const [taken, refused] = both[0]?.status === 200 ? [second, third] : [third, second];
  const answer = await complete(s, refused);
  t.match(answer, { status: 429, body: { code: "TENANT_QUEUE_FULL", detail: /stays PENDING/ } });
  t.match(answer.headers["retry-after"], /^[1-9][0-9]*$/);
  t.match((await s.call<VideoDetail>("GET", `/api/v1/media/videos/${refused}/`)).body, {
    status: "PENDING",
    generation: 0,
  });
  t.equal(await s.queuedJob(refused), undefined);
  const unreadable = await s.create({ size_bytes: 5 });
  await put(unreadable.upload, Buffer.from("words"));
  t.match(await complete(s, unreadable.id), { status: 429 }, "the file is not looked into while there is no room");

  await act(s, taken, "cancel");
  t.match(await complete(s, unreadable.id), { status: 422 });
  t.match(await complete(s, refused), { status: 200 }, "as soon as there is room");
  t.match(await act(s, taken, "retry"), { status: 429, body: { code: "TENANT_QUEUE_FULL" } });
  t.match((await s.call<VideoDetail>("GET", `/api/v1/media/videos/${taken}/`)).body, {
    status: "FAILED",
    generation: 1,
  });
  await setLimits(s, { queued: null });
  t.match(await act(s, taken, "retry"), { status: 200 });
});

t.test("the hours of a day: the last file may go beyond them, and what is a day old is forgotten", async (t) => {
  const s = await startService(t);
  const client = await database(t, s);
  const [first, second, third] = [await uploaded(s), await uploaded(s), await uploaded(s)];
  // The film has one second.
  await setLimits(s, { hours_a_day: 1.5 / 3600 });
  t.equal((await complete(s, first)).status, 200);
  t.equal((await complete(s, second)).status, 200);
  await client.query("update videos set charged_at = charged_at - interval '20 hours' where id = $1", [first]);
  const answer = await complete(s, third);
  t.match(answer, { status: 429, body: { code: "TENANT_DAILY_LIMIT" } });
  const wait = Number(answer.headers["retry-after"]);
  t.ok(wait > 3.9 * 3600 && wait <= 4 * 3600, `${wait} s until the first one is a day old`);
  await act(s, first, "cancel");
  t.match(await act(s, first, "retry"), { status: 200 }, "a file is counted once: its retry takes nothing more");
  t.match(await complete(s, third), { status: 429 });
  await client.query("update videos set charged_at = charged_at - interval '25 hours' where id = $1", [second]);
  t.match(await complete(s, third), { status: 200 });
  t.equal((await setLimits(s, {}, s.tenant)).status, 200);
  t.equal((await complete(s, await uploaded(s))).status, 200, "no word of its own: the default, which is none");
});

t.test("limits over the internal API: a tenant's own before the default, null for none", async (t) => {
  const s = await startService(t, { TENANT_RUNNING_LIMIT: "3", TENANT_HOURS_A_DAY: "1.5" });
  t.match(await setLimits(s, { running: 1, queued: 10 }), {
    status: 200,
    body: { running: 1, queued: 10, hours_a_day: 1.5 },
  });
  t.same((await setLimits(s, { hours_a_day: null })).body, { running: 3, queued: null, hours_a_day: null });
  for (const body of [{ running: 0 }, { queued: 1.5 }, { hours_a_day: 0 }, { hours_a_day: -1 }, { ruining: 1 }, []])
    t.match(await setLimits(s, body), { status: 400 }, JSON.stringify(body));
  t.match(await setLimits(s, {}, 0), { status: 400 });
});

t.test(
  "a worker of a tenant at its limit is told to put the job back; the next is offered when a run ends",
  async (t) => {
    const s = await startService(t, { TENANT_RUNNING_LIMIT: "1", SWEEP_MS: "60000" });
    const [first, second] = [await s.upload(film), await s.upload(film)];
    const say = (id: number, transition: string, rest: object = {}) =>
      s.internal("POST", `/internal/v1/videos/${id}/transitions`, {
        transition,
        tenant_id: s.tenant,
        generation: 1,
        run_token: `lock-${id}`,
        ...rest,
      });
    t.match(await say(first.id, "processing"), { status: 200 });
    const refused = await say(second.id, "processing");
    t.match(refused, { status: 429, body: { code: "TENANT_RUNNING_LIMIT" } });
    t.match(refused.headers["retry-after"], /^[1-9][0-9]*$/);
    t.equal((await s.queuedJob(second.id))?.state, "delayed");
    t.match(await say(first.id, "failed", { attempt: 1, error_code: "ENCODE_FAILED" }), { status: 200 });
    t.equal((await s.queuedJob(second.id))?.state, "prioritized", "before the answer");
    t.match(await say(second.id, "processing"), { status: 200, body: { attempt: 1 } });
  },
);

t.test("the running service offers what a limit held back once it is lifted", async (t) => {
  const s = await startService(t, { SWEEP_MS: "200" });
  await setLimits(s, { running: 1 });
  const [first, second] = [await s.upload(film), await s.upload(film)];
  const run = { tenant_id: s.tenant, generation: 1, run_token: "lock" };
  await s.internal("POST", `/internal/v1/videos/${first.id}/transitions`, { transition: "processing", ...run });
  t.equal((await s.queuedJob(second.id))?.state, "delayed");
  await setLimits(s, { running: null });
  while ((await s.queuedJob(second.id))?.state !== "prioritized");
  t.match((await s.call<VideoDetail>("GET", `/api/v1/media/videos/${second.id}/`)).body, { generation: 1, attempt: 0 });
});

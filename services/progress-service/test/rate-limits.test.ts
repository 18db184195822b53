import t from "tap";
import { createRateLimits } from "../src/rate-limits.ts";
import { shortName } from "../src/short-name.ts";
import { ask, someTenant, startApp } from "./support/app.ts";
import { stopClock } from "./support/clocks.ts";
import { bearerOf } from "./support/tokens.ts";

t.test("a user may ask its rate, and five seconds' worth at once", async (t) => {
  const { pass } = stopClock(t);
  const limits = createRateLimits({ perToken: 10, perTenant: 15 });
  const [first, second, tenant] = [{ sub: "one" }, { sub: "two" }, someTenant()];
  const taken = (token: { sub: string }, times: number, cost = 1, of = tenant) =>
    Array.from({ length: times }, () => limits.take(token, of, cost)).filter(({ allowed }) => allowed).length;
  t.equal(taken(first, 60), 50);
  const refused = limits.take(first, tenant, 1);
  t.match(refused, { allowed: false, limitedBy: "token" });
  t.ok(!refused.allowed && refused.retryAfter >= 1 && refused.retryAfter <= 3);
  t.equal(taken(second, 60), 25, "the tenant's own limit is reached");
  t.match(limits.take(second, tenant, 1), { allowed: false, limitedBy: "tenant" });
  t.equal(taken({ ...first }, 10, 1, someTenant()), 10, "another tenant goes on");
  pass(1_000);
  t.equal(taken(first, 60), 10, "a second later a second's worth");
  t.equal(taken(second, 60), 5);
  pass(3_600_000);
  t.equal(taken(first, 20, 10), 5, "never more than the burst; a batch counts as several");
  const off = createRateLimits({ perToken: 0, perTenant: 0 });
  t.ok(Array.from({ length: 1_000 }, () => off.take(first, tenant, 100)).every(({ allowed }) => allowed));
});

t.test("a user is the same with each token and ticket; a cost above all there is takes all there is", async (t) => {
  stopClock(t);
  const [limits, tenant] = [createRateLimits({ perToken: 1, perTenant: 0 }), someTenant()];
  const long = "x".repeat(5_000);
  t.ok(limits.take({ sub: long }, tenant, 10).allowed, "5 are to be had: 10 would be refused for ever");
  t.notOk(limits.take({ sub: long }, tenant, 1).allowed, "another token of the same user, verified anew");
  t.notOk(limits.take({ sub: shortName(long) }, tenant, 1).allowed, "as a ticket names it");
  t.ok(limits.take({ sub: `${long}y` }, tenant, 1).allowed);
  t.ok(limits.take({ sub: long }, someTenant(), 1).allowed);
  const nameless = { exp: 1 };
  t.ok(limits.take(nameless, tenant, 5).allowed);
  t.notOk(limits.take({ ...nameless }, tenant, 1).allowed, "without a sub the same claims are the same user");
});

t.test("429 with Retry-After, problem+json and CORS; other tenants are not held up", async (t) => {
  const it = await startApp({ rateLimits: { perToken: 2, perTenant: 0 } });
  t.teardown(it.close);
  const asked = await Promise.all(
    Array.from({ length: 40 }, () => it.getNow("/media/videos/7/progress", { origin: "https://a.example" })),
  );
  const refused = asked.filter(({ status }) => status === 429);
  t.ok(asked.some(({ status }) => status === 200));
  t.ok(refused.length > 10);
  t.match(refused[0]?.headers, { "access-control-allow-origin": "*", "content-type": /problem\+json/ });
  t.match(refused[0]?.headers["retry-after"], /^[1-9]\d*$/);
  t.match(refused[0]?.body, { code: "RATE_LIMITED", status: 429 });
  const stranger = await bearerOf(someTenant());
  t.equal((await ask(it.app, "/jobs/a/progress", stranger)).status, 200);
  t.match((await it.getNow("/metrics")).text, /progress_refused_total\{limit="token"\} [1-9]/);
});

t.test("of a batch ten ids count as one poll", async (t) => {
  const it = await startApp({ rateLimits: { perToken: 2, perTenant: 0 } });
  t.teardown(it.close);
  const ids = Array.from({ length: 100 }, (_, index) => index + 1).join();
  // Half a second would fill in what the next poll costs.
  stopClock(t);
  t.equal((await it.getNow(`/media/videos/progress?ids=${ids}`)).status, 200);
  t.equal((await it.getNow("/media/videos/progress?ids=1,2")).status, 429, "ten were to be had, and ten are taken");
});

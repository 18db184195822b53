import fc from "fast-check";
import t from "tap";
import { costOf, LAST_PRIORITY, nextBase, priorityOf } from "../../src/shares/arithmetic.ts";
import { type Arrival, isWithinBound, simulate } from "../support/shares-model.ts";

const GIB = 1024 ** 3;

t.test("a job costs what its file says, within reason", (t) => {
  t.equal(costOf({ sizeBytes: GIB, durationSeconds: 3000 }), 3000);
  t.equal(costOf({ sizeBytes: 250_000 * 60, durationSeconds: null }), 60, "2 Mbit/s where it says nothing");
  t.equal(costOf({ sizeBytes: 1, durationSeconds: 0.001 }), 1, "a second at least");
  t.equal(costOf({ sizeBytes: 5 * GIB, durationSeconds: 1 }), (5 * GIB) / 5_000_000, "5 GiB are no second");
  t.equal(costOf({ sizeBytes: 1, durationSeconds: 1e9 }), 12 * 3600, "a header that lies ruins no line");
  t.end();
});

const times = fc.double({ min: -1e9, max: 1e9, noNaN: true });

t.test("places are in bounds and in the order of the turns, whatever the base", (t) => {
  fc.assert(
    fc.property(times, times, times, (a, b, base) => {
      const [low, high] = [priorityOf(Math.min(a, b), base), priorityOf(Math.max(a, b), base)];
      return low >= 1 && high <= LAST_PRIORITY && low <= high && Number.isInteger(low) && Number.isInteger(high);
    }),
  );
  t.end();
});

t.test("while the base moves on, what has its new place stays ahead of what has still its old one", (t) => {
  const forward = fc.double({ min: 0, max: 1e8, noNaN: true });
  fc.assert(
    fc.property(times, times, times, forward, (a, b, base, step) => {
      const [first, second] = [Math.min(a, b), Math.max(a, b)];
      return priorityOf(first, base + step) <= priorityOf(second, base);
    }),
  );
  t.end();
});

t.test("the base follows the clock, never back, and leaves room on both sides", (t) => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: -1e6, max: 4e6 }), (base, ahead) => {
      const clock = base + ahead;
      const moved = nextBase(clock, base);
      if (moved < base || !Number.isSafeInteger(moved)) return false;
      if (clock < base) return moved === base;
      const place = priorityOf(clock, moved);
      return place <= LAST_PRIORITY / 2 && (moved === base || place > 60 + 1) && nextBase(clock, moved) === moved;
    }),
  );
  t.end();
});

const costs = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 43_200 }));
const weights = fc.constantFrom(0.1, 0.5, 1, 2, 7, 100);
const arrivals = (tenants: number): fc.Arbitrary<Arrival[]> =>
  fc.array(
    fc.record({
      tenant: fc.nat(tenants - 1),
      cost: costs,
      urgent: fc.boolean(),
      /** Jobs that begin before this one comes. */
      after: fc.nat(3),
    }),
    { minLength: 1, maxLength: 60, size: "max" },
  );

t.test("two tenants with work waiting get media time by weight, to one job of each", (t) => {
  const line = fc.array(costs, { minLength: 1, maxLength: 60, size: "max" });
  fc.assert(
    fc.property(line, line, weights, weights, (a, b, weightA, weightB) => {
      const flood = [a, b].flatMap((jobs, tenant) => jobs.map((cost) => ({ tenant, cost, urgent: false, after: 0 })));
      const left = [a.length, b.length];
      const had = [0, 0];
      for (const { job } of simulate(flood, [weightA, weightB])) {
        had[job.tenant] = (had[job.tenant] ?? 0) + job.cost;
        left[job.tenant] = (left[job.tenant] ?? 0) - 1;
        if (left.includes(0)) return true;
        const apart = Math.abs((had[0] ?? 0) / weightA - (had[1] ?? 0) / weightB);
        if (apart > Math.max(...a) / weightA + Math.max(...b) / weightB + 2) return false;
      }
      return true;
    }),
  );
  t.end();
});

t.test("a newcomer goes before the backlog of who floods the queue", (t) => {
  fc.assert(
    fc.property(
      fc.array(costs, { minLength: 10, maxLength: 60, size: "max" }),
      costs,
      fc.nat(5),
      weights,
      (flood, cost, after, w) => {
        const jobs = flood.map((each) => ({ tenant: 0, cost: Math.max(each, w + 1), urgent: false, after: 0 }));
        const order = simulate([...jobs, { tenant: 1, cost, urgent: false, after: after + 1 }], [w, 1]);
        return order[after + 1]?.job.tenant === 1;
      },
    ),
  );
  t.end();
});

t.test("every job begins within the bound, whatever comes, urgent work too", (t) => {
  fc.assert(
    fc.property(arrivals(4), fc.tuple(weights, weights, weights, weights), (jobs, ofTenants) => {
      const order = simulate(jobs, ofTenants);
      return order.length === jobs.length && order.every((entry) => isWithinBound(entry, order, ofTenants));
    }),
    { numRuns: 500 },
  );
  t.end();
});

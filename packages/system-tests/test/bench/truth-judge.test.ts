import t from "tap";
import { judge, judgeWait, quantile, summarise } from "../../src/bench/truth/judge.ts";
import type { Look } from "../../src/bench/truth/watch.ts";

const SECONDS = 20;

/** A bar that is looked at each second. */
function looks(change: (look: Look, second: number) => Partial<Look> = () => ({})): Look[] {
  return Array.from({ length: SECONDS }, (_, second) => {
    const [share, left] = [second / SECONDS, SECONDS - second];
    const look: Look = {
      share,
      left,
      percent: 100 * share,
      remaining: left,
      low: left - 1,
      high: left + 1,
      step: null,
    };
    return { ...look, ...change(look, second) };
  });
}

t.test("a true bar has no fault", async (t) => {
  const truth = judge({ looks: looks(), seconds: SECONDS });
  t.match(truth, { distance: 0, backwards: 0, at99: 0, silent: 0 });
  t.match(summarise([truth]), { errorMedian: 0, errorP90: 0, coverage: 1 });
});

t.test("each fault is seen", async (t) => {
  const of = (change: Parameters<typeof looks>[0]) => judge({ looks: looks(change), seconds: SECONDS });
  t.equal(of((look, second) => (second === 7 ? { percent: look.percent + 8 } : {})).distance, 8);
  t.equal(of((look, second) => (second === 7 ? { percent: look.percent - 9 } : {})).backwards, 1);
  t.equal(of((_, second) => (second >= 15 ? { percent: 99 } : {})).at99, 5);
  t.equal(of((_, second) => (second < 10 ? { remaining: null, low: null, high: null } : {})).silent, 0.5);
  t.ok(of(({ left }) => ({ remaining: left * 1.5 })).errors.every((error) => Math.abs(error - 0.5) < 1e-9));
  const outside = of((_, second) => (second % 2 === 0 ? { low: 0, high: 0.5 } : {}));
  t.equal(summarise([outside]).coverage, 0.5);
});

t.test("of several, the worst distance and all errors together", async (t) => {
  const good = judge({ looks: looks(), seconds: SECONDS });
  const bad = judge({ looks: looks(({ left }) => ({ percent: 50, remaining: 2 * left })), seconds: SECONDS });
  const all = summarise([good, bad]);
  t.equal(all.distance, 50);
  t.equal(all.errorP90, 1);
  t.equal(quantile([3, 1, 2], 0.9), 3);
  t.ok(Number.isNaN(quantile([], 0.5)));
});

t.test("what is said of a beginning is held against the beginning", async (t) => {
  const told = (said: (left: number) => number | null) => {
    const looks = Array.from({ length: 20 }, (_, second) => ({ left: 20 - second, said: said(20 - second) }));
    return judgeWait({ looks, seconds: 20 });
  };
  t.match(
    told((left) => left),
    { atUpload: 0, silent: 0 },
  );
  t.equal(told((left) => left / 2).atUpload, 0.5);
  t.ok(told((left) => left * 1.3).errors.every((error) => Math.abs(error - 0.3) < 1e-9));
  t.match(
    told((left) => (left > 10 ? null : left)),
    { atUpload: null },
  );
  t.match(
    told(() => null),
    { atUpload: null, errors: [], silent: 1 },
  );
  t.match(judgeWait({ looks: [{ left: 1, said: 40 }], seconds: 1 }), { atUpload: null, errors: [], silent: 0 });
});

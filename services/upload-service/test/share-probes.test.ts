import t from "tap";
import type { SourceVerdict } from "../src/videos/probe-source.ts";
import { shareProbes } from "../src/videos/share-probes.ts";

const verdict: SourceVerdict = { kind: "not_media", detail: "" };

/** Lets everything happen that waits for nothing. */
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A prober whose probes end when the test says so. */
function heldProber() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const probe = (key: string, etag: string): Promise<SourceVerdict> =>
    new Promise((resolve) => {
      begun.push(`${key} ${etag}`);
      ends.push(() => resolve(verdict));
    });
  return { begun, endNext: () => ends.shift()?.(), probe };
}

t.test("one object is looked at once, however many ask; another one under its key is another", async (t) => {
  const { begun, endNext, probe } = heldProber();
  const shared = shareProbes(probe, { atOnce: 8, waitMs: 60_000 });
  const asked = [shared("a", "1"), shared("a", "1"), shared("a", "2")];
  await tick();
  t.same(begun, ["a 1", "a 2"]);
  endNext();
  endNext();
  t.same(await Promise.all(asked), [verdict, verdict, verdict]);
  const later = shared("a", "1");
  await tick();
  t.equal(begun.length, 3, "what was heard is not kept");
  endNext();
  await later;
});

t.test(
  "no more than the limit at once, first come, first served; who waits too long hears nothing certain",
  async (t) => {
    const { begun, endNext, probe } = heldProber();
    const patient = shareProbes(probe, { atOnce: 2, waitMs: 60_000 });
    const asked = ["a", "b", "c", "d"].map((key) => patient(key, "1"));
    await tick();
    t.same(begun, ["a 1", "b 1"]);
    endNext();
    await asked[0];
    await tick();
    t.same(begun, ["a 1", "b 1", "c 1"]);
    endNext();
    await asked[1];
    await tick();
    for (let left = 0; left < 2; left += 1) endNext();
    t.same(await Promise.all(asked), [verdict, verdict, verdict, verdict]);

    const hasty = shareProbes(probe, { atOnce: 1, waitMs: 1 });
    const [first, second] = [hasty("e", "1"), hasty("f", "1")];
    t.match(await second, { kind: "unknown" });
    t.notOk(begun.includes("f 1"));
    endNext();
    t.same(await first, verdict);
    const third = hasty("g", "1");
    await tick();
    endNext();
    t.same(await third, verdict, "and its place is free again");
  },
);

t.test("a probe that throws frees its place", async (t) => {
  let calls = 0;
  const shared = shareProbes(
    async () => {
      calls += 1;
      throw new Error("no");
    },
    { atOnce: 1, waitMs: 60_000 },
  );
  for (let call = 0; call < 2; call += 1) await t.rejects(shared("a", "1"), { message: "no" });
  t.equal(calls, 2);
});

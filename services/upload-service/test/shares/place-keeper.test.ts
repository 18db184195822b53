import { encodeJobId } from "@lectern/keys";
import t from "tap";
import { LAST_PRIORITY } from "../../src/shares/arithmetic.ts";
import { createPlaceKeeper } from "../../src/shares/place-keeper.ts";
import { startSharing } from "../support/sharing.ts";

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

t.test(
  "the base moves in the middle of a backlog that is longer than the queue has places: the order stays",
  async (t) => {
    const s = await startSharing(t);
    const [a, b] = [s.tenant(), s.tenant()];
    const day = times(70, 12 * 3_600);
    // One after the other: without a new base the far ends of both lines would stay in this order.
    const [ofA, ofB] = [await s.flood(a, day), await s.flood(b, day)];
    const last = ofB.at(-1);
    t.equal(last && (await s.priority(encodeJobId(last, 1))), LAST_PRIORITY);

    const keeper = createPlaceKeeper(s.db, s.queue);
    let sweeps = Promise.resolve(0);
    // One after the other, as a process sweeps.
    const sweep = async (before: Promise<number>): Promise<number> => (await before) + (await keeper.keep());
    const order = await s.work(ofA.length + ofB.length, {
      // The slot goes on meanwhile.
      onBegun: async (nth) => {
        if (nth % 25 === 0) sweeps = sweep(sweeps);
      },
    });
    const moves = await sweeps;
    const turns = order.map(({ turn }) => turn);
    t.comment(`${moves} jobs were moved while ${turns.length} were done`);
    t.ok(moves > 50);
    t.same(
      turns,
      [...turns].sort((x, y) => x - y),
    );
    const { priority_base } = await s.db.selectFrom("queue_clock").selectAll().executeTakeFirstOrThrow();
    t.ok(priority_base > 1_000_000);
  },
);

t.test("what was added by the old base while the base moved is found by the next comparison", async (t) => {
  const s = await startSharing(t);
  const [video] = await s.flood(s.tenant(), [600]);
  if (video === undefined) throw new Error("nothing was confirmed");
  await s.db.updateTable("queue_clock").set({ virtual_time: 5_000_000 }).execute();
  const keepers = [createPlaceKeeper(s.db, s.queue), createPlaceKeeper(s.db, s.queue)];
  for (const keeper of keepers) await keeper.keep();
  t.equal(await s.priority(encodeJobId(video, 1)), 1);

  const [late] = await s.flood(s.tenant(), [600]);
  if (late === undefined) throw new Error("nothing was confirmed");
  await s.queue.reprioritize(new Map([[encodeJobId(late, 1), LAST_PRIORITY]]));
  t.equal(Math.max(...(await Promise.all(keepers.map((keeper) => keeper.keep())))), 1);
  t.equal(await s.priority(encodeJobId(late, 1)), 100_001);
  for (const keeper of keepers) t.equal(await keeper.keep(), 0);
});

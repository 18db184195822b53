import t from "tap";
import { Speed } from "../../src/upload/state.ts";

/** Sends evenly from one moment to another. @returns the speed at the end */
function send(speed: Speed, fromMs: number, toMs: number, bytes: number, perMs = 1): number | null {
  let shown: number | null = null;
  for (let at = fromMs; at <= toMs; at += 100) shown = speed.add(bytes + (at - fromMs) * perMs, at);
  return shown;
}

t.test("the speed is that of the time in which something was sent", async (t) => {
  const speed = new Speed();
  t.equal(speed.add(0, 0), null, "too early to tell");
  t.equal(send(speed, 0, 4_000, 0), 1_000);
  speed.hold();
  t.equal(send(speed, 64_000, 65_000, 4_000), 1_000, "a minute without a line");
  t.ok((send(speed, 65_100, 65_500, 1_000) ?? 0) > 950, "a part that begins anew takes nothing back");
  t.equal(send(speed, 65_500, 95_500, 1_400, 3), 3_000, "what was long ago does not count");
});

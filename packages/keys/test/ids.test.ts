import fc from "fast-check";
import t from "tap";
import { parseJobId, parseTenantId, parseVideoId } from "../src/index.ts";

for (const [name, parse] of [
  ["parseTenantId", parseTenantId],
  ["parseVideoId", parseVideoId],
] as const) {
  t.test(name, async (t) => {
    t.test("takes a positive safe integer and its canonical text", async (t) => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (id) => {
          t.equal(parse(id), id);
          t.equal(parse(String(id)), id);
        }),
        { numRuns: 50 },
      );
      t.equal(parse("9007199254740991"), Number.MAX_SAFE_INTEGER);
    });
    t.test("takes nothing else", async (t) => {
      const others = [
        0,
        -0,
        -1,
        1.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        2 ** 53,
        7n,
        null,
        undefined,
        true,
        [7],
        {},
      ];
      const texts = ["", "0", "07", "+7", "-7", "7.0", " 7", "7 ", "7\n", "1e3", "0x7", "٧", "７", "9007199254740992"];
      for (const input of [...others, ...texts, "9".repeat(400), "7:8", "7\0"]) t.equal(parse(input), null);
    });
  });
}

t.test("parseJobId", async (t) => {
  for (const id of ["a", "video-7-g1", "A_b-9", "-", "__proto__", "x".repeat(64)]) t.equal(parseJobId(id), id);
  const others = ["", "x".repeat(65), "a:b", "a b", "a\n", "é", "a/b", "a.b", "{a}", "a*", 7, null, undefined, ["a"]];
  for (const input of others) t.equal(parseJobId(input), null);
});

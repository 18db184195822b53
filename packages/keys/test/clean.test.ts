import t from "tap";
import { jsonObjectOf, numberOf, ownField, percentOf, shortTextOf, timeOf, wholeOf } from "../src/clean.ts";

t.test("numbers", async (t) => {
  for (const [input, number] of [
    ["45", 45],
    ["45.5", 45.5],
    ["-5", -5],
    ["1e2", 100],
    [7.25, 7.25],
  ] as const) {
    t.equal(numberOf(input), number);
  }
  const none = ["", " ", "NaN", "nan", "inf", "Infinity", "1e999", "-1e999", "abc", "0x10", "1 2", "45%", "1_000"];
  for (const input of [...none, Number.NaN, Number.POSITIVE_INFINITY, null, undefined, true, [1], {}, 1n]) {
    t.equal(numberOf(input), null);
  }
  t.equal(percentOf("-5"), 0);
  t.equal(percentOf("250"), 100);
  t.equal(percentOf("NaN"), null);
  t.equal(wholeOf("3", 1), 3);
  t.equal(wholeOf("0", 1), null);
  t.equal(wholeOf("3.5", 1), null);
  t.equal(wholeOf("9007199254740993", 1), null);
});

t.test("times", async (t) => {
  const same = "2026-11-20T10:11:12.345Z";
  const taken = [
    same,
    "2026-11-20T10:11:12.345678+00:00",
    "2026-11-20 19:11:12.345+0900",
    "1795169472.345",
    1795169472345,
  ];
  for (const input of taken) t.equal(timeOf(input), same);
  const none = ["2026-11-20T10:11:12", "yesterday", "", "2026-99-20T10:11:12Z", -1, 1e300, "1e20", null, {}, "Z"];
  for (const input of none) t.equal(timeOf(input), null);
});

t.test("short text is never cut inside a character", async (t) => {
  t.equal(shortTextOf("abc", 3), "abc");
  t.equal(shortTextOf("abcd", 3), "abc");
  t.equal(shortTextOf("ab😀", 3), "ab");
  t.equal(shortTextOf("", 3), null);
  t.equal(shortTextOf(3, 3), null);
});

t.test("objects", async (t) => {
  for (const text of [null, "", "nothing", "[]", "3", "null", '"{}"', "{", "[".repeat(1e5)])
    t.equal(jsonObjectOf(text), null);
  const hostile = jsonObjectOf('{"__proto__": {"status": "READY"}, "constructor": 1}') ?? {};
  t.equal(ownField(hostile, "status"), undefined);
  t.equal(ownField({}, "constructor"), undefined);
  t.equal(({} as Record<string, unknown>).status, undefined);
});

import t from "tap";
import { en, type Messages } from "../src/i18n/en.ts";
import { createFormat } from "../src/i18n/format.ts";
import { ko } from "../src/i18n/ko.ts";

/** Every key with its kind: "work.step/3" takes three parameters. */
function keysOf(messages: object, path = ""): string[] {
  return Object.entries(messages).flatMap(([key, value]: [string, unknown]) => {
    const name = path === "" ? key : `${path}.${key}`;
    if (typeof value === "function") return [`${name}/${value.length}`];
    return typeof value === "object" && value !== null ? keysOf(value, name) : [name];
  });
}

function sentencesOf(messages: object): string[] {
  return Object.values(messages).flatMap((value: unknown) => {
    if (typeof value === "function") return [String(value("1", "2", "3"))];
    return typeof value === "object" && value !== null ? sentencesOf(value) : [String(value)];
  });
}

t.test("both languages have the same keys, and no sentence is empty", async (t) => {
  t.same(keysOf(ko).sort(), keysOf(en).sort());
  for (const sentence of [...sentencesOf(ko), ...sentencesOf(en)]) t.not(sentence.trim(), "");
});

t.test("each is in its own language", async (t) => {
  t.same(
    sentencesOf(en).filter((sentence) => /\p{Script=Hangul}/u.test(sentence)),
    [],
  );
  const latin = sentencesOf(ko).filter((sentence) => !/\p{Script=Hangul}/u.test(sentence));
  t.same(latin, [ko.app.name], "the name alone is not Korean");
});

const inWords = (locale: "ko" | "en", words: Messages["time"]) => createFormat(locale, words);

t.test("the time left is a range that stays true when it is rounded", async (t) => {
  const english = inWords("en", en.time);
  const korean = inWords("ko", ko.time);
  for (const [low, high, expected, koreanExpected] of [
    [3, 4, "about 5 s", "약 5초"],
    [12, 23, "10 to 25 s", "10~25초"],
    [70, 100, "1 to 2 min", "1~2분"],
    [185, 290, "3 to 5 min", "3~5분"],
    [240, 240, "about 4 min", "약 4분"],
    [3_000, 6_000, "0.5 to 2 h", "0.5~2시간"],
  ] as const) {
    t.equal(english.span(low, low, high), expected);
    t.equal(korean.span(low, low, high), koreanExpected);
  }
  t.equal(english.span(130), "about 2 min", "without a range the nearest minute");
  t.equal(english.span(87), "about 85 s");
  t.equal(english.span(null), null);
});

t.test("numbers read as in each language", async (t) => {
  const english = inWords("en", en.time);
  t.equal(english.bytes(1_536), "1.5 KB");
  t.equal(english.bytes(1_288_490_188), "1.3 GB");
  t.equal(english.percent(99.97), "99 %", "100 only at the end");
  t.equal(inWords("ko", ko.time).percent(100), "100%");
  t.equal(english.clock(3_725), "1:02:05");
  t.equal(english.ago("2026-01-01T00:00:00Z", Date.parse("2026-01-01T00:05:00Z")), "5 minutes ago");
  t.equal(inWords("ko", ko.time).ago("2026-01-01T00:00:00Z", Date.parse("2026-01-01T00:00:59Z")), "방금");
});

import t from "tap";
import { prefersEnglish } from "../src/language.ts";

const ENGLISH = [
  "en",
  "EN-us",
  "en-GB,en;q=0.9,ko;q=0.8",
  "fr, en;q=0.1",
  "en, ko",
  "ko;q=0.5, en;q=0.6",
  "ko;q=0, *",
  "en ; q=1 , ko ; q=0.999",
];
const KOREAN = [
  "",
  "ko",
  "*",
  "fr",
  "ko-KR,ko;q=0.9,en;q=0.8",
  "ko, en",
  "en;q=0",
  "en;q=0, *",
  "*, en;q=0.5",
  "english",
  ",;q=1,,",
  "en;q=0.5, *",
];

t.test("English where it is preferred", async (t) => {
  for (const header of ENGLISH) t.equal(prefersEnglish(header), true, header);
});

t.test("Korean otherwise", async (t) => {
  for (const header of [undefined, ...KOREAN]) t.equal(prefersEnglish(header), false, String(header));
});

t.test("a header as long as HTTP allows takes no time", async (t) => {
  // Of this thread alone: what others take of the processor meanwhile says nothing.
  const began = process.threadCpuUsage();
  for (const header of [
    `${" ".repeat(16_000)}en`,
    ";q=".repeat(5_000),
    `en;q=0.${"9".repeat(16_000)}`,
    ",".repeat(16_000),
  ])
    prefersEnglish(header);
  const { user, system } = process.threadCpuUsage(began);
  t.ok(user + system < 100_000, `${user + system} µs`);
});

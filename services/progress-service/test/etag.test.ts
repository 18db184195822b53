import t from "tap";
import { withJitter } from "../src/answer.ts";
import { etagOf, isNotModified } from "../src/etag.ts";

const etag = etagOf("text");

t.test("a tag stands for the text", async (t) => {
  t.match(etag, /^W\/"[\w-]{27}"$/);
  t.equal(etagOf("text"), etag);
  t.not(etagOf("text "), etag);
});

t.test("If-None-Match: one, several, strong or weak, and any", async (t) => {
  const strong = etag.slice(2);
  for (const header of [etag, strong, `"a", ${etag}`, `"a",${strong} , W/"b"`, "*", " * "])
    t.equal(isNotModified(header, etag), true, header);
  for (const header of [undefined, "", "a", `W/"a"`, `"a, b"`, strong.slice(1, -1), `"*"`, `"${"x".repeat(100)}`])
    t.equal(isNotModified(header, etag), false, String(header));
});

t.test("jitter touches the slow pace alone, and what is hashed never", async (t) => {
  const slow = '{"a":"\\"next_poll_ms\\":3000}","next_poll_ms":3000}';
  const drawn = Array.from({ length: 200 }, () => withJitter(slow));
  t.ok(drawn.every(({ stable }) => stable === slow));
  const paces = drawn.map(({ sent }) => JSON.parse(sent).next_poll_ms);
  t.ok(paces.every((pace) => Number.isInteger(pace) && pace >= 3000 && pace <= 5000));
  t.ok(new Set(paces).size > 20, "drawn anew each time");
  t.ok(drawn.every(({ sent }) => JSON.parse(sent).a === '"next_poll_ms":3000}'));
  for (const text of ['{"next_poll_ms":2000}', '{"next_poll_ms":null}']) t.equal(withJitter(text).sent, text);
});

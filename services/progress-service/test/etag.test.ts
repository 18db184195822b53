import t from "tap";
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

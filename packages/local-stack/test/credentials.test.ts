import { statSync, writeFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { keepSecrets } from "../src/credentials.ts";

t.test("secrets are made once, for their owner alone, and added to", async (t) => {
  const file = path.join(t.testdir(), "deep/er/secrets.json");
  const first = keepSecrets(file, ["one"]);
  t.match(first.one, /^[0-9a-f]{64}$/);
  t.equal(statSync(file).mode & 0o777, 0o600);
  const both = keepSecrets(file, ["one", "two"]);
  t.equal(both.one, first.one);
  t.not(both.two, both.one);
  t.same(keepSecrets(file, ["two"]), { two: both.two });
  writeFileSync(file, "not JSON");
  t.match(keepSecrets(file, ["one"]).one, /^[0-9a-f]{64}$/);
});

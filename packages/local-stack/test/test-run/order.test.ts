import { existsSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { ROOT } from "../../src/paths.ts";
import { spread, WAITING_FILES } from "../../src/test-run/order.ts";

t.test("what waits stands evenly between what computes, and nothing is left out", async (t) => {
  t.strictSame(spread(["a", "b", "x", "c", "d", "y", "e"], ["y", "x", "gone"]), ["x", "a", "b", "c", "y", "d", "e"]);
  t.strictSame(spread(["x", "y"], ["x", "y"]), ["x", "y"]);
  t.strictSame(spread(["a"], ["x", "y"]), ["a"]);
  t.strictSame(spread(["a", "x", "y", "z"], ["x", "y", "z"]), ["x", "a", "y", "z"]);
  t.strictSame(spread([], []), []);
});

t.test("the files that are named exist", async (t) => {
  for (const file of WAITING_FILES) t.ok(existsSync(path.join(ROOT, file)), file);
});

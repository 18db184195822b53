import t from "tap";
import { closingLine, readTotals } from "../../src/test-run/totals.ts";

t.test("the closing line follows tap's totals, which leave out zeros", async (t) => {
  t.equal(
    closingLine(readTotals("# { total: 26, pass: 19, fail: 4, todo: 1, skip: 2 }")),
    "19 passed, 4 failed, 3 skipped",
  );
  t.equal(closingLine(readTotals("# { total: 5, pass: 5 }")), "5 passed, 0 failed");
  t.equal(closingLine(readTotals("# { total: 1, fail: 1 }")), "0 passed, 1 failed");
});

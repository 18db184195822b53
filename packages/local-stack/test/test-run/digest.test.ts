import t from "tap";
import { Digest } from "../../src/test-run/digest.ts";

/** As tap prints two files run at once: one good, one with every kind of trouble. */
const STREAM = `TAP version 14
1..3
# Subtest: a/good.test.ts
    # Subtest: first
        ok 1 - should be equal
        1..1
    ok 1 - first # time=4.5ms
    
    1..1
    # time=10.1ms
ok 1 - a/good.test.ts # time=1234.5ms

# Subtest: b/bad.test.ts
    # Subtest: outer
        not ok 1 - numbers agree
          ---
          compare: ===
          at:
            fileName: b/bad.test.ts
          stack: |
            b/bad.test.ts:2:30
          source: |
            not ok 99 - this is a quotation
          diff: |
            --- expected
            +++ actual
            -2
            +1
          ...
        
        # Subtest: inner
            not ok 1 - boom
              ---
              stack: |
                b/bad.test.ts:9:1
              ...
            
            1..1
        not ok 2 - inner # time=3ms
          ---
          at:
            fileName: b/bad.test.ts
          ...
        
        1..2
    not ok 1 - outer # time=5ms
    ok 2 - in a browser # SKIP no browser here
    ok 3 - nothing said # SKIP
    ok 4 - some day # TODO
    1..4
not ok 2 - b/bad.test.ts # time=20ms
  ---
  exitCode: 1
  command: /usr/bin/node
  ...

not ok 3 - c/gone.test.ts # time=7ms
  ---
  exitCode: 3
  ...

# { total: 8, pass: 1, fail: 3, todo: 1, skip: 2 }
# time=5063.623ms`;

function digest(stream: string): { lines: string[]; result: Digest } {
  const lines: string[] = [];
  const result = new Digest((line) => lines.push(line));
  for (const line of stream.split("\n")) result.line(line);
  return { lines, result };
}

t.test("a line a file, and each failed assertion once, with what explains it", async (t) => {
  const { lines } = digest(STREAM);
  t.same(lines, [
    "ok      a/good.test.ts  1235 ms",
    "FAILED  b/bad.test.ts > outer > numbers agree",
    "        compare: ===",
    "        stack: |",
    "          b/bad.test.ts:2:30",
    "        diff: |",
    "          --- expected",
    "          +++ actual",
    "          -2",
    "          +1",
    "FAILED  b/bad.test.ts > outer > inner > boom",
    "        stack: |",
    "          b/bad.test.ts:9:1",
    "not ok  b/bad.test.ts  20 ms",
    "FAILED  c/gone.test.ts",
    "not ok  c/gone.test.ts  7 ms",
    "        exitCode: 3",
  ]);
});

t.test("what was left out is told with its reason, and totals come from the stream's end", async (t) => {
  const { result } = digest(STREAM);
  t.same(result.skipped, [
    "b/bad.test.ts > in a browser: no browser here",
    "b/bad.test.ts > nothing said: no reason given",
    "b/bad.test.ts > some day: no reason given",
  ]);
  t.same(result.totals, { passed: 1, failed: 3, skipped: 3 });
  t.equal(digest(STREAM.split("\n").slice(0, -2).join("\n")).result.totals, null);
});

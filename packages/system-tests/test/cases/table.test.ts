import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";

const ROOT = new URL("../../../../", import.meta.url);
const README = new URL("packages/system-tests/src/faults/README.md", ROOT);

/** The section's rows, each with the tests that its last column names. */
function casesOf(text: string) {
  const section = /^## Cases\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(text)?.[1] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((line) => ({
    name: line.split("|")[1]?.trim() ?? "",
    tests: [...line.matchAll(/`([^`]+\.test\.ts)` "([^"]+)"/g)].map(([, path = "", test = ""]) => ({ path, test })),
  }));
}

t.test("each case of the table is shown by a test that is there", async (t) => {
  const cases = casesOf(readFileSync(README, "utf8"));
  t.ok(cases.length > 20);
  for (const { name, tests } of cases) {
    t.ok(tests.length > 0, `${name}: names a test`);
    for (const { path, test } of tests) {
      const file = fileURLToPath(new URL(path, ROOT));
      const source = existsSync(file) ? readFileSync(file, "utf8") : "";
      t.ok(new RegExp(`\\btest\\(\\s*"${RegExp.escape(test)}"`).test(source), `${path}: ${test}`);
    }
  }
});

t.test("the reader of the table sees a test that is none", async (t) => {
  const text =
    '## Cases\n\n| case | what | shown by |\n|---|---|---|\n| a | b | `x.test.ts` "c"; `y.test.ts` "d" |\n\n## More\n';
  t.strictSame(casesOf(text), [
    {
      name: "a",
      tests: [
        { path: "x.test.ts", test: "c" },
        { path: "y.test.ts", test: "d" },
      ],
    },
  ]);
});

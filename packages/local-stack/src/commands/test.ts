import { newRunFolder } from "../run-folder.ts";
import { startStack } from "../stack.ts";
import { runChecks } from "../test-run/checks.ts";
import { findTestFiles } from "../test-run/files.ts";
import { runTap } from "../test-run/run-tap.ts";
import { closingLine, type Totals } from "../test-run/totals.ts";
import { onEnding } from "./ending.ts";

const print = (line: string) => console.log(line);

/** Lint and types, only for a run of everything. Returns what failed. */
async function checkTree(): Promise<string[]> {
  const results = await runChecks();
  for (const { name, ok, output } of results) {
    if (!ok) print(output.trimEnd());
    print(`${ok ? "ok    " : "not ok"}  ${name}`);
  }
  return results.filter(({ ok }) => !ok).map(({ name }) => `${name} failed`);
}

const names = process.argv.slice(2);
const files = findTestFiles(names, process.env.INIT_CWD ?? process.cwd());
const ending = onEnding();
const problems = names.length === 0 ? await checkTree() : [];
let totals: Totals = { passed: 0, failed: 0, skipped: 0 };

async function runFiles(): Promise<Totals | null> {
  const stack = await startStack({ dir: await newRunFolder("test"), persistent: false });
  try {
    const digest = await runTap(files, stack, ending, print);
    for (const skipped of digest.skipped) print(`skipped  ${skipped}`);
    return digest.totals;
  } finally {
    await stack.stop();
  }
}

if (files.length > 0 && !ending.aborted) {
  try {
    const counted = await runFiles();
    if (counted === null) problems.push("the test run was cut short");
    else totals = counted;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    problems.push("the servers for the tests could not be started");
  }
}
if (totals.failed > 0) problems.push(`${totals.failed} assertions failed`);
if (totals.passed + totals.failed === 0) problems.push("no test was run");
if (problems.length > 0) print(`Not good: ${problems.join("; ")}.`);
print(closingLine(totals));
process.exitCode = problems.length > 0 ? 1 : 0;

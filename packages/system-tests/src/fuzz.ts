import { printReport } from "./bench/report.ts";
import { readArguments } from "./fuzz/arguments.ts";
import { reportOf } from "./fuzz/report.ts";
import { fuzz } from "./fuzz/run.ts";
import { openScene } from "./fuzz/scene.ts";

const SHOWN = 100;

function options() {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

const chosen = options();
process.stdout.write(`seed ${chosen.seed}: ${chosen.calls} calls\n`);
const scene = await openScene();
try {
  const outcome = await fuzz(scene, chosen);
  for (const { kind, what, call } of outcome.findings.slice(0, SHOWN))
    process.stdout.write(`${kind}: call ${call.index}, ${call.label}: ${what}\n`);
  if (outcome.findings.length > SHOWN) process.stdout.write(`and ${outcome.findings.length - SHOWN} more\n`);
  printReport(reportOf(outcome, chosen));
  process.exitCode = outcome.findings.length === 0 ? 0 : 1;
} finally {
  await scene.close();
}
// Servers that were started for the run end with the process.
process.exit();

import { printReport } from "./bench/report.ts";
import { argumentsOfCommand } from "./command-line.ts";
import { readArguments } from "./fuzz/arguments.ts";
import { reportOf } from "./fuzz/report.ts";
import { fuzz } from "./fuzz/run.ts";
import { openScene } from "./fuzz/scene.ts";

const SHOWN = 100;

const chosen = await argumentsOfCommand(readArguments);
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

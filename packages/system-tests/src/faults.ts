import { printReport } from "./bench/report.ts";
import { argumentsOfCommand } from "./command-line.ts";
import { readArguments } from "./faults/arguments.ts";
import { isClean, reportOf } from "./faults/report.ts";
import { runPlan } from "./faults/run.ts";
import { openScene } from "./faults/scene.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);

const plan = await argumentsOfCommand(readArguments);
say(`seed ${plan.seed}: ${plan.faults} faults and ${plan.videos} uploads in ${plan.minutes} minutes`);
const scene = await openScene(plan.tenants, plan);
for (const reason of scene.leftOut) say(reason);
try {
  const outcome = await runPlan(scene, plan, say);
  for (const reason of outcome.refused) say(`not confirmed: ${reason}`);
  for (const { promise, what, why } of outcome.wrong) say(`${promise}: ${what} ${why}`);
  for (const id of outcome.poisoned) say(`poisoned: video ${id}`);
  printReport(reportOf(outcome, plan));
  process.exitCode = isClean(outcome) ? 0 : 1;
} finally {
  await scene.close();
}
// Servers that were started for the run end with the process.
process.exit();

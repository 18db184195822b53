import { readFile } from "node:fs/promises";
import path from "node:path";
import { printReport } from "./bench/report.ts";
import { argumentsOfCommand } from "./command-line.ts";
import { readArguments } from "./samples/arguments.ts";
import { parseManifest } from "./samples/manifest.ts";
import { agrees, cellsOf, linesOf, reportOf } from "./samples/report.ts";
import { runSamples } from "./samples/run.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);

async function plan(args: readonly string[]) {
  const options = readArguments(args);
  const { samples, missing } = parseManifest(await readFile(path.join(options.dir, "MANIFEST.tsv"), "utf8"));
  for (const column of missing) say(`MANIFEST.tsv has no column ${column}: what depends on it is not checked`);
  const only = options.only?.toLowerCase() ?? "";
  const chosen = samples.filter(({ file }) => file.toLowerCase().includes(only));
  if (chosen.length === 0) throw new Error(`No file of the manifest has "${options.only}" in its name.`);
  return { options, chosen };
}

const { options, chosen } = await argumentsOfCommand(plan);
const broken = new AbortController();
const end = () => broken.abort(new Error("broken off"));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
process.once("disconnect", end);
process.channel?.unref();

let done = 0;
const { rows, facts } = await runSamples(chosen, options, {
  signal: broken.signal,
  onRow: (row) => {
    done += 1;
    const [name = "", expected, got, code] = cellsOf(row);
    say(
      `${String(done).padStart(4)}/${chosen.length}  ${agrees(row) ? "ok      " : "DIFFERS "}${name}  ${expected} -> ${got} ${code ?? ""}`,
    );
    for (const line of linesOf(row)) say(`             ${line}`);
  },
});
const sorted = rows.toSorted((a, b) => ((cellsOf(a)[0] ?? "") < (cellsOf(b)[0] ?? "") ? -1 : 1));
const report = reportOf(sorted, facts);
say("");
for (const row of sorted) for (const line of linesOf(row)) say(`${cellsOf(row)[0]}: ${line}`);
printReport(report);
const well = report.figures.disagree === 0 && facts.leftOver === 0;
// Servers that were started for the run end with the process.
process.exit(facts.interrupted ? 130 : well ? 0 : 1);

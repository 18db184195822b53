import type { BenchReport } from "./bench/report.ts";
import { printReport } from "./bench/report.ts";

/** Each benchmark is loaded only when it is named: they bring much that the others do not need. */
const BENCHES: Record<string, () => Promise<{ run: () => Promise<BenchReport> }>> = {
  encode: () => import("./bench/encode/bench.ts"),
  "polling-cost": () => import("./bench/polling-cost/bench.ts"),
  progress: () => import("./bench/progress/bench.ts"),
  truth: () => import("./bench/truth/bench.ts"),
  push: () => import("./bench/push/bench.ts"),
  recovery: () => import("./bench/recovery/bench.ts"),
  staleness: () => import("./bench/staleness/bench.ts"),
  storm: () => import("./bench/push/storm.ts"),
  upload: () => import("./bench/upload/bench.ts"),
};

const [name = ""] = process.argv.slice(2);
const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (load === undefined) {
  process.stderr.write(`There is no benchmark "${name}". Use one of: ${Object.keys(BENCHES).join(", ")}.\n`);
  process.exit(1);
}
const { run } = await load();
printReport(await run());
// Servers that were started for the run end with the process.
process.exit(0);

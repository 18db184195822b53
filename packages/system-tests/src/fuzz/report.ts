import { type BenchReport, median, rounded } from "../bench/report.ts";
import type { FuzzOptions } from "./arguments.ts";
import type { Outcome } from "./run.ts";

/** Routes by statuses (- for no answer), and the figures. */
export function reportOf(outcome: Outcome, { seed }: FuzzOptions): BenchReport {
  const { findings, statuses, times } = outcome;
  const seen = [...new Set([...statuses.values()].flatMap((counts) => [...counts.keys()]))].sort((a, b) => a - b);
  const rows = [...statuses]
    .sort()
    .map(([label, counts]) => [label, ...seen.map((status) => String(counts.get(status) ?? ""))]);
  const count = (kind: string) => findings.filter((finding) => finding.kind === kind).length;
  return {
    table: { columns: ["", ...seen.map((status) => (status === 0 ? "-" : String(status)))], rows },
    figures: {
      seed,
      calls: outcome.calls,
      server_errors: count("server_error"),
      leaks: count("leak"),
      violations: count("violation"),
      pairs: times.foreign.length,
      foreign_ms: rounded(median(times.foreign)),
      missing_ms: rounded(median(times.missing)),
      seconds: rounded(outcome.seconds, 1),
    },
  };
}

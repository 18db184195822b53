import type { BenchReport } from "../bench/report.ts";
import type { Outcome } from "./run.ts";

/** The table of a run, and its figures: times in milliseconds but for `settle_s`. */
export function reportOf(outcome: Outcome, options: { readonly seed: number; readonly videos: number }) {
  const { done, wrong, recovery, dispatch, dispatchOfAll } = outcome;
  const count = (promise: string) => wrong.filter((violation) => violation.promise === promise).length;
  const kinds = new Map<string, number>();
  for (const { kind, target } of done) kinds.set(`${kind} ${target}`, (kinds.get(`${kind} ${target}`) ?? 0) + 1);
  const figures = {
    faults: done.length,
    seed: options.seed,
    videos: options.videos,
    confirmed: outcome.confirmed.length,
    refused: outcome.refused.length,
    lost: count("lost"),
    published_twice: count("published_twice"),
    left_over: count("left_over"),
    leaked: count("leaked"),
    poisoned: outcome.poisoned.length,
    runs: outcome.attempts,
    settle_s: outcome.settleSeconds,
    worker_kills_at_work: recovery.count,
    recovery_p50_ms: recovery.p50,
    recovery_p99_ms: recovery.p99,
    recovery_max_ms: recovery.max,
    dispatch_undisturbed: dispatch.count,
    dispatch_p50_ms: dispatch.p50,
    dispatch_p99_ms: dispatch.p99,
    dispatch_max_ms: dispatch.max,
    dispatch_all: dispatchOfAll.count,
    dispatch_all_p50_ms: dispatchOfAll.p50,
    dispatch_all_p99_ms: dispatchOfAll.p99,
    dispatch_all_max_ms: dispatchOfAll.max,
  };
  const text = (value: number | null) => String(value ?? "-");
  const table: BenchReport["table"] = {
    columns: ["", "figure"],
    rows: [
      ...[...kinds].sort().map(([name, times]) => [name, text(times)]),
      ...Object.entries(figures).map(([name, value]) => [name, text(value)]),
    ],
  };
  return { table, figures };
}

/** Whether every upload was confirmed and every promise kept. */
export function isClean({ wrong, refused }: Outcome): boolean {
  return wrong.length === 0 && refused.length === 0;
}

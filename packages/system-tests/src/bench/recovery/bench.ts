import { spread } from "../../faults/recovery.ts";
import { type BenchReport, rounded } from "../report.ts";
import { measureDispatch } from "./dispatch.ts";
import { measureKills } from "./kills.ts";
import { measureRebuild } from "./rebuild.ts";
import { measureRedisDown, type Slowest } from "./redis-down.ts";

/** Milliseconds. */
const PROMISED = { recovery: 45_000, dispatch: 1_000, rebuild: 30_000, answer: 500 } as const;
const DISPATCHES = 300;

/**
 * How long the system takes to be whole again, and what callers notice meanwhile: workers killed at work, uploads on their
 * way to the queue, a Redis that was emptied, a Redis that is away. Each figure stands beside its promise.
 */
export async function run(): Promise<BenchReport> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  say("answers while Redis is away");
  const { stopped, hanging } = await measureRedisDown();
  say("from the confirmation to the queue");
  const dispatch = spread(await measureDispatch(DISPATCHES));
  say("10,000 statuses after FLUSHALL");
  const rebuilt = await measureRebuild();
  say("workers killed at work");
  const [one, two, batch] = await Promise.all([
    measureKills({ kind: "service", workers: 2, kills: 10 }),
    measureKills({ kind: "service", workers: 2, kills: 10 }),
    measureKills({ kind: "batch", workers: 3, kills: 12 }),
  ]);
  const [services, batches] = [spread([...one, ...two]), spread(batch)];

  const recovery = Math.max(services.p99 ?? Number.NaN, batches.p99 ?? Number.NaN);
  const slowest = { stopped: slowestIn(stopped), hanging: slowestIn(hanging) };
  const rebuildMs = Math.max(...rebuilt.statusesMs);
  const row = (what: string, count: number, ms: number | null, promised: number | null): string[] => [
    what,
    String(count),
    ms === null ? "-" : String(Math.round(ms)),
    promised === null ? "" : String(promised),
    promised === null || ms === null ? "" : ms <= promised ? "kept" : "NOT KEPT",
  ];
  return {
    table: {
      columns: ["", "count", "ms", "promised", ""],
      rows: [
        row("kill -9 to next attempt, 2 workers: p50", services.count, services.p50, null),
        row("p99", services.count, services.p99, PROMISED.recovery),
        row("kill -9 to next attempt, --once alone: p50", batches.count, batches.p50, null),
        row("p99", batches.count, batches.p99, PROMISED.recovery),
        row("confirmed to queued: p50", dispatch.count, dispatch.p50, null),
        row("p99", dispatch.count, dispatch.p99, PROMISED.dispatch),
        row("FLUSHALL to all statuses, slowest of 3", rebuilt.videos, rebuildMs, PROMISED.rebuild),
        row("FLUSHALL to all work queued", rebuilt.videos, Math.max(...rebuilt.queueMs), null),
        ...[...stopped].map(([route, ms]) => row(`Redis stopped: ${route}, slowest`, 10, ms, PROMISED.answer)),
        ...[...hanging].map(([route, ms]) => row(`Redis hanging: ${route}, slowest`, 10, ms, PROMISED.answer)),
      ],
    },
    figures: {
      bench: "recovery",
      ratio: rounded(recovery / PROMISED.recovery),
      kills: services.count,
      recovery_p50_ms: services.p50,
      recovery_p99_ms: services.p99,
      recovery_max_ms: services.max,
      batch_kills: batches.count,
      batch_recovery_p50_ms: batches.p50,
      batch_recovery_p99_ms: batches.p99,
      batch_recovery_max_ms: batches.max,
      dispatches: dispatch.count,
      dispatch_p50_ms: dispatch.p50,
      dispatch_p99_ms: dispatch.p99,
      dispatch_max_ms: dispatch.max,
      videos: rebuilt.videos,
      rebuild_ms: Math.round(rebuildMs),
      requeue_ms: Math.round(Math.max(...rebuilt.queueMs)),
      slowest_stopped_ms: Math.round(slowest.stopped.ms),
      slowest_stopped_route: slowest.stopped.route,
      slowest_hanging_ms: Math.round(slowest.hanging.ms),
      slowest_hanging_route: slowest.hanging.route,
    },
  };
}

function slowestIn(routes: Slowest): { route: string; ms: number } {
  return [...routes]
    .map(([route, ms]) => ({ route, ms }))
    .reduce((worst, each) => (each.ms > worst.ms ? each : worst), { route: "", ms: 0 });
}

import type { Step } from "@lectern/keys";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export interface WorkerMetrics {
  stepEnded(step: Step, seconds: number): void;
  runBegan(): void;
  /** @param outcome what became of the queue's job */
  runEnded(outcome: string, seconds: number): void;
}

const MINUTES = [0.1, 0.5, 1, 2, 5, 10, 20, 40, 60, 120, 240].map((minutes) => minutes * 60);

export function createMetrics(registry: Registry): WorkerMetrics {
  const registers = [registry];
  const active = new Gauge({ name: "encode_runs_active", help: "Runs under way in this process", registers });
  const ended = new Counter({
    name: "encode_runs_total",
    help: "Runs that ended, by what became of the job",
    labelNames: ["outcome"],
    registers,
  });
  const runSeconds = new Histogram({
    name: "encode_run_seconds",
    help: "Time of one run from its job's arrival to its end",
    labelNames: ["outcome"],
    buckets: MINUTES,
    registers,
  });
  const stepSeconds = new Histogram({
    name: "encode_step_seconds",
    help: "Time of one step",
    labelNames: ["step"],
    buckets: [0.1, 1, ...MINUTES],
    registers,
  });
  return {
    stepEnded: (step, seconds) => stepSeconds.observe({ step }, seconds),
    runBegan: () => active.inc(),
    runEnded: (outcome, seconds) => {
      active.dec();
      ended.inc({ outcome });
      runSeconds.observe({ outcome }, seconds);
    },
  };
}

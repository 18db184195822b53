import { once } from "node:events";
import type { TestSystem } from "@lectern/local-stack";

/** Workers that are killed one by one, and are always started again by somebody. */
export interface MortalWorkers {
  readonly count: number;
  /** null while it is being started again */
  pid(index: number): number | null;
  /** The run that one of them took last. */
  lastRun(index: number): Run | null;
  close(): Promise<void>;
}

export interface Run {
  readonly videoId: number;
  readonly token: string;
}

/** The system's own workers: its supervisor starts them again. */
export function serviceWorkers(system: TestSystem, count: number): MortalWorkers {
  return {
    count,
    pid: (index) => system.pidOf("encode-worker", index),
    lastRun: (index) => lastRunIn(system.log("encode-worker", index)),
    close: async () => {},
  };
}

/**
 * Processes with `--once`: each takes one job and exits, and the next one is started as soon as it has, as a batch
 * platform does.
 */
export function batchWorkers(system: TestSystem, count: number): MortalWorkers {
  const lanes = Array.from({ length: count }, (_, index) => startLane(system, `batch-${index + 1}`));
  return {
    count,
    pid: (index) => lanes[index]?.pid() ?? null,
    lastRun: (index) => lastRunIn(lanes[index]?.log() ?? ""),
    close: async () => {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

function startLane(system: TestSystem, name: string) {
  const launch = () => system.launch("encode-worker", { args: ["--once"], env: { HEALTH_PORT: "0" }, log: name });
  let running = launch();
  let closing = false;
  const alive = () => running.child.exitCode === null && running.child.signalCode === null;
  const over = (async () => {
    for (;;) {
      if (alive()) await once(running.child, "exit");
      if (closing) return;
      running = launch();
    }
  })();
  return {
    pid: () => (alive() ? (running.child.pid ?? null) : null),
    log: () => running.log(),
    async close() {
      closing = true;
      running.child.kill("SIGTERM");
      await over;
    },
  };
}

function lastRunIn(log: string): Run | null {
  const last = [...log.matchAll(/"run_token":"([^"]+)".*"video_id":(\d+).*"msg":"run begins"/g)].at(-1);
  return last === undefined ? null : { token: last[1] ?? "", videoId: Number(last[2]) };
}

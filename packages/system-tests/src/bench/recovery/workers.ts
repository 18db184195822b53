import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { ENCODE_QUEUE } from "@lectern/keys";
import type { TestSystem } from "@lectern/local-stack";
import { Queue } from "bullmq";
import { Redis } from "ioredis";

const LOOK_MS = 500;

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
 * Processes with `--once`, started as a batch platform does it: where a job waits and a place is free. Each takes one job
 * and exits, so none is ever idle, and nobody but the reconciler looks after a job whose worker is gone.
 */
export function batchWorkers(system: TestSystem, count: number): MortalWorkers {
  const lanes = Array.from({ length: count }, (_, index) => createLane(system, `batch-${index + 1}`));
  const redis = new Redis(system.redis.url);
  const queue = new Queue(ENCODE_QUEUE, { connection: redis, skipVersionCheck: true });
  queue.on("error", () => {});
  const ending = new AbortController();
  const running = (async () => {
    while (!ending.signal.aborted) {
      const waiting = await queue.getJobCountByTypes("waiting", "prioritized");
      const starting = lanes.filter((lane) => lane.isStarting()).length;
      const free = lanes.filter((lane) => lane.pid() === null);
      for (const lane of free.slice(0, Math.max(0, waiting - starting))) lane.launch();
      await pause(LOOK_MS, undefined, { signal: ending.signal }).catch(() => {});
    }
  })();
  return {
    count,
    pid: (index) => lanes[index]?.pid() ?? null,
    lastRun: (index) => lastRunIn(lanes[index]?.log() ?? ""),
    close: async () => {
      ending.abort();
      await running;
      await Promise.all(lanes.map((lane) => lane.close()));
      await queue.close();
      redis.disconnect();
    },
  };
}

/** One place for a process; its processes share a log. */
function createLane(system: TestSystem, name: string) {
  let running: ReturnType<TestSystem["launch"]> | null = null;
  let runsBefore = 0;
  const runs = () => (running?.log() ?? "").split('"msg":"run begins"').length;
  const isAlive = () => running !== null && running.child.exitCode === null && running.child.signalCode === null;
  return {
    pid: () => (isAlive() ? (running?.child.pid ?? null) : null),
    log: () => running?.log() ?? "",
    /** It has not taken its job yet. */
    isStarting: () => isAlive() && runs() === runsBefore,
    launch() {
      runsBefore = runs();
      running = system.launch("encode-worker", { args: ["--once"], env: { HEALTH_PORT: "0" }, log: name });
    },
    async close() {
      if (running === null || !isAlive()) return;
      running.child.kill("SIGTERM");
      await once(running.child, "exit");
    },
  };
}

function lastRunIn(log: string): Run | null {
  const last = [...log.matchAll(/"run_token":"([^"]+)".*"video_id":(\d+).*"msg":"run begins"/g)].at(-1);
  return last === undefined ? null : { token: last[1] ?? "", videoId: Number(last[2]) };
}

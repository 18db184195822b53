import { setTimeout as pause } from "node:timers/promises";
import type { Target, Worker } from "./choices.ts";
import type { Fault } from "./plan.ts";
import type { Scene } from "./scene.ts";

type Process = Worker | "upload-service" | "progress-service";

const LOOK_MS = 25;
/** A worker that has nothing to do for so long is killed as it is. */
const LONGEST_WAIT_MS = 8_000;

/** Does a fault to a process. Gives when it was done, in milliseconds since the epoch; null where there is no such process. */
export async function onProcess(scene: Scene, target: Process, fault: Fault): Promise<number | null> {
  const { kind, holdMs, delayMs } = fault;
  switch (kind) {
    case "kill-at-work":
      await untilAtWork(scene, target, delayMs);
      return signal(scene, target, "SIGKILL");
    case "kill":
      return signal(scene, target, "SIGKILL");
    case "term":
      return signal(scene, target, "SIGTERM");
    case "stop": {
      const pid = pidOf(scene, target);
      const stoppedAt = signal(scene, target, "SIGSTOP");
      await pause(holdMs);
      if (pid !== null) send(pid, "SIGCONT");
      return stoppedAt;
    }
    case "partition": {
      const beganAt = Date.now();
      const way = scene.workersToRedis[indexOf(target)];
      if (way === undefined) return null;
      way.hang();
      await pause(holdMs);
      way.resume();
      return beganAt;
    }
    default:
      throw new Error(`${kind} is nothing that can be done to ${target}`);
  }
}

/** Until the worker has a run under way, and has had it for `delayMs`: a kill is to find it in any of its steps. */
async function untilAtWork(scene: Scene, target: Process, delayMs: number): Promise<void> {
  const atWork = () => {
    const pid = pidOf(scene, target);
    return pid !== null && scene.isAtWork(pid);
  };
  const deadline = Date.now() + LONGEST_WAIT_MS;
  while (Date.now() < deadline) {
    if (atWork()) {
      await pause(Math.min(delayMs, deadline - Date.now()));
      if (atWork()) return;
    }
    await pause(LOOK_MS);
  }
}

function indexOf(target: Target): number {
  return target === "worker-2" ? 1 : 0;
}

function pidOf({ system }: Scene, target: Process): number | null {
  const name = target === "worker-1" || target === "worker-2" ? "encode-worker" : target;
  return system.pidOf(name, indexOf(target));
}

function signal(scene: Scene, target: Process, name: NodeJS.Signals): number | null {
  const pid = pidOf(scene, target);
  const now = Date.now();
  return pid !== null && send(pid, name) ? now : null;
}

function send(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

import { setTimeout as pause } from "node:timers/promises";
import type { Fault, Target } from "./plan.ts";
import type { Scene } from "./scene.ts";

/** A fault that was done: `atMs` is when, since the epoch. */
export interface Done extends Omit<Fault, "atMs"> {
  readonly atMs: number;
}

/**
 * Does what a fault says and undoes it after its time. Null where there was nothing to do it to: a process that is
 * being started again at that moment.
 */
export async function inflict(scene: Scene, { kind, target, holdMs }: Fault): Promise<Done | null> {
  const done = { kind, target, holdMs, atMs: Date.now() };
  switch (target) {
    case "redis":
    case "store":
    case "database":
      await onServer(scene, target, kind, holdMs);
      return done;
    default: {
      const pid = pidOf(scene, target);
      return pid !== null && (await onProcess(pid, kind, holdMs)) ? done : null;
    }
  }
}

async function onServer(
  { proxies, system, redis, database }: Scene,
  target: "redis" | "store" | "database",
  kind: Fault["kind"],
  holdMs: number,
): Promise<void> {
  const proxy = proxies[target];
  switch (kind) {
    case "flush":
      await redis.flushall();
      return;
    case "restart":
      await system.redis.kill();
      await pause(holdMs);
      await system.redis.start();
      return;
    case "disconnect":
      // To its clients this is what a restart is: sessions end by order of the administrator, new ones are refused.
      await database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'onlooker'",
      );
      proxy.cut();
      break;
    case "cut":
      proxy.cut();
      break;
    case "hang":
      proxy.hang();
      break;
    default:
      throw new Error(`${kind} is nothing that can be done to ${target}`);
  }
  await pause(holdMs);
  proxy.resume();
}

async function onProcess(pid: number, kind: Fault["kind"], holdMs: number): Promise<boolean> {
  switch (kind) {
    case "kill":
      return signal(pid, "SIGKILL");
    case "term":
      return signal(pid, "SIGTERM");
    case "stop": {
      const stopped = signal(pid, "SIGSTOP");
      await pause(holdMs);
      signal(pid, "SIGCONT");
      return stopped;
    }
    default:
      throw new Error(`${kind} is nothing that can be done to a process`);
  }
}

function pidOf({ system }: Scene, target: Exclude<Target, "redis" | "store" | "database">): number | null {
  const name = target === "worker-1" || target === "worker-2" ? "encode-worker" : target;
  return system.pidOf(name, target === "worker-2" ? 1 : 0);
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

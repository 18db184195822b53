import type { Server } from "./choices.ts";
import { onProcess } from "./on-process.ts";
import { onServer } from "./on-server.ts";
import type { Fault } from "./plan.ts";
import type { Scene } from "./scene.ts";

/** A fault that was done: both moments are milliseconds since the epoch. */
export interface Done extends Omit<Fault, "atMs"> {
  readonly atMs: number;
  readonly undoneMs: number;
}

const SERVERS: readonly string[] = ["redis", "store", "database"] satisfies Server[];

/**
 * Does what a fault says and undoes it after its time. Null where there was nothing to do it to: a process that is
 * being started again at that moment, a scratch that is no disk of its own.
 */
export async function inflict(scene: Scene, fault: Fault): Promise<Done | null> {
  const { kind, target, holdMs, delayMs } = fault;
  const done = (atMs: number): Done => ({ kind, target, holdMs, delayMs, atMs, undoneMs: Date.now() });
  const beganAt = Date.now();
  if (target === "scratch") {
    await scene.scratchDisk?.fill(holdMs);
    return scene.scratchDisk === null ? null : done(beganAt);
  }
  if (isServer(target)) {
    await onServer(scene, target, fault);
    return done(beganAt);
  }
  const atMs = await onProcess(scene, target, fault);
  return atMs === null ? null : done(atMs);
}

function isServer(target: Fault["target"]): target is Server {
  return SERVERS.includes(target);
}

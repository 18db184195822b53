import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** When the process began, in the system's own words, and whether only its parent has still to hear of its end. */
function lookUp(pid: number): { readonly startTime: string; readonly hasEnded: boolean } | null {
  try {
    if (process.platform !== "linux") {
      const startTime = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
      return startTime === "" ? null : { startTime, hasEnded: false };
    }
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold anything, so count from behind it: state is field 3, start time is field 22.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const startTime = fields[19];
    return startTime === undefined ? null : { startTime, hasEnded: fields[0] === "Z" };
  } catch {
    return null;
  }
}

/** A child that has ended already is found until this process has heard of it. Throws if there is no such process any more. */
export function identify(pid: number): ProcessIdentity {
  const found = lookUp(pid);
  if (found === null) throw new Error(`process ${pid} ended at once`);
  return { pid, startTime: found.startTime };
}

export function isAlive(identity: ProcessIdentity): boolean {
  const found = lookUp(identity.pid);
  return found !== null && !found.hasEnded && found.startTime === identity.startTime;
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

/**
 * Ends a process that leads its own group: first `signal` and up to `graceMs`, then SIGKILL for it and what it left behind.
 * Does nothing if the number belongs to another process by now.
 */
export async function stopProcess(identity: ProcessIdentity, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  if (!isAlive(identity)) return;
  signalQuietly(identity.pid, signal);
  const deadline = Date.now() + graceMs;
  while (isAlive(identity) && Date.now() < deadline) await sleep(20);
  signalQuietly(-identity.pid, "SIGKILL");
  if (isAlive(identity)) signalQuietly(identity.pid, "SIGKILL");
  while (isAlive(identity)) await sleep(10);
}

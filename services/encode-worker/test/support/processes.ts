import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Processes whose command line names a folder: the children that work in a test's own scratch. */
export function processesIn(dir: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(dir) && !isZombie(pid);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function isZombie(pid: string): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
}

/**
 * The kernel tells nobody when a process of another parent ends: it has to be asked. Gives the milliseconds it took, by
 * `now`.
 */
export async function untilNoneIn(dir: string, limitMs: number, now = () => performance.now()): Promise<number> {
  const began = now();
  while (processesIn(dir).length > 0) {
    if (now() - began > limitMs) throw new Error(`Processes are left in ${dir}`);
    await delay(10);
  }
  return now() - began;
}

import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** Longer than any run: a folder of another host this old has no owner. */
const ABANDONED_MS = 48 * 60 * 60 * 1000;
const OWNER = /^run-(?<host>[A-Za-z0-9-]+)\.(?<pid>[0-9]+)\.(?<started>[0-9]+)$/;

export interface Scratch {
  /** A new, empty folder for one run. */
  create(): Promise<{ path: string; remove: () => Promise<void> }>;
  /** Removes what processes that are no more left behind; gives how many folders that were. */
  sweep(): Promise<number>;
  /** Removes this process's own folder. */
  close(): Promise<void>;
}

/**
 * Room for the files of runs below `root`: one folder a process, named after host, pid and the process's start (a pid
 * alone is taken again after a restart, and in a container it is always the same), and in it one a run.
 */
export function createScratch(root: string): Scratch {
  const host = hostname().replaceAll(/[^A-Za-z0-9-]/g, "-");
  const own = join(root, `run-${host}.${process.pid}.${startOf(process.pid) ?? 0}`);

  async function isAbandoned(name: string): Promise<boolean> {
    const owner = OWNER.exec(name)?.groups;
    if (owner === undefined) return false;
    if (owner.host === host) return !isRunning(Number(owner.pid), Number(owner.started));
    const facts = await stat(join(root, name)).catch(() => null);
    return facts !== null && Date.now() - facts.mtimeMs > ABANDONED_MS;
  }

  return {
    async create() {
      await mkdir(own, { recursive: true, mode: 0o700 });
      const path = await mkdtemp(join(own, "r-"));
      return { path, remove: () => removeTree(path) };
    },
    async sweep() {
      const names = await readdir(root).catch(() => []);
      let removed = 0;
      for (const name of names) {
        if (!(await isAbandoned(name))) continue;
        await removeTree(join(root, name));
        removed += 1;
      }
      return removed;
    },
    close: () => removeTree(own),
  };
}

/** Where the start of processes cannot be read, any process of that number counts. */
function isRunning(pid: number, started: number): boolean {
  if (started !== 0) return startOf(pid) === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function removeTree(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 3 });
}

/** When a process began, in the kernel's ticks; null where it is gone, or where the system has no /proc. */
function startOf(pid: number): number | null {
  try {
    const facts = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may hold anything: count from behind it.
    const started = Number(facts.slice(facts.lastIndexOf(")") + 2).split(" ")[19]);
    return Number.isSafeInteger(started) ? started : null;
  } catch {
    return null;
  }
}

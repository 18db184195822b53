import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Test } from "tap";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

export interface Child {
  process: ChildProcess;
  /** Lines of its log so far. */
  log: Record<string, unknown>[];
  /** Resolves with the first line, past or to come, that fits. */
  logged(fits: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  /** Resolves once the process is gone and its log is whole. */
  ended: Promise<{ code: number | null }>;
}

/** A worker as a process of its own, with nothing in its environment but what it is given. */
export function startChild(t: Test, args: string[], env: Record<string, string>): Child {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...env, LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const log: Record<string, unknown>[] = [];
  const looks = new Set<() => void>();
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    log.push(...lines.map((line) => JSON.parse(line)));
    for (const look of [...looks]) look();
  });
  const logged: Child["logged"] = (fits) =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = log.find(fits);
        if (found === undefined) return;
        looks.delete(look);
        resolve(found);
      };
      looks.add(look);
      look();
    });
  // "exit" comes before the last lines of the log.
  const ended = once(child, "close").then(([code]) => ({ code }));
  t.teardown(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { process: child, log, logged, ended };
}

import { spawn } from "node:child_process";
import path from "node:path";

/**
 * Starts a small process that waits for this one to end, in whatever way, and then ends what is noted in `dir`.
 * It is in a session of its own, so that Ctrl-C does not reach it. Returns its pid.
 */
export function startLeash(dir: string): number {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "leash-main.ts"), dir], {
    detached: true,
    // The pipe's other end closes when this process is gone, also after SIGKILL.
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.unref();
  const { stdin } = child as { stdin: (typeof child)["stdin"] & { unref?: () => void } };
  stdin?.on("error", () => {});
  stdin?.unref?.();
  if (child.pid === undefined) throw new Error("the watching process could not be started");
  return child.pid;
}

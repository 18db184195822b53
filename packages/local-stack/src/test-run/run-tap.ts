import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../paths.ts";
import { stopProcess } from "../process-identity.ts";
import type { Stack } from "../stack.ts";
import { SHARED_SERVERS_VARIABLE, type SharedServers } from "../testing.ts";
import { Digest } from "./digest.ts";
import { spread, WAITING_FILES } from "./order.ts";

/** Files at a time, for two processors: one of them, mostly, only waits (see `spread`). */
const JOBS = 3;
/** For one file: several times what the longest takes, since only one that hangs is to be ended. */
const TIMEOUT_SECONDS = 300;

/**
 * Runs test files against the servers of a stack. When the signal is aborted the run is killed, and totals are null:
 * tap itself takes no notice of a SIGTERM. What the tests have started ends by itself.
 */
export async function runTap(
  files: readonly string[],
  stack: Stack,
  signal: AbortSignal,
  print: (line: string) => void,
): Promise<Digest> {
  const { databaseUrl, redisUrl, s3 } = stack;
  const servers: SharedServers = { databaseUrl, redisUrl, s3 };
  const tap = path.join(ROOT, "node_modules/tap/dist/esm/run.mjs");
  const child = spawn(
    process.execPath,
    [tap, "run", "--reporter=tap", `--jobs=${JOBS}`, `--timeout=${TIMEOUT_SECONDS}`, ...spread(files, WAITING_FILES)],
    {
      cwd: ROOT,
      env: { ...process.env, [SHARED_SERVERS_VARIABLE]: JSON.stringify(servers) },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true, // a group of its own, with the processes of the test files
    },
  );
  const closed = new Promise((resolve) => child.once("close", resolve));
  if (child.pid === undefined) throw new Error("tap could not be started");
  const entry = stack.ledger.add("tap", child.pid, "SIGKILL", 0);
  const kill = () => void stopProcess(entry, "SIGKILL", 0);
  signal.addEventListener("abort", kill);
  const digest = new Digest(print);
  for await (const line of createInterface({ input: child.stdout })) digest.line(line);
  await closed;
  signal.removeEventListener("abort", kill);
  return digest;
}

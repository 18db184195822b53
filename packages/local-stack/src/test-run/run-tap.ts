import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../paths.ts";
import { SHARED_SERVERS_VARIABLE, type SharedServers } from "../testing.ts";
import { Digest } from "./digest.ts";

/** Two files at a time: they spend much of theirs waiting for servers. */
const JOBS = 2;
/** For one file. */
const TIMEOUT_SECONDS = 180;

/** Runs test files against the shared servers. Ends early, with null totals, when the signal is aborted. */
export async function runTap(
  files: readonly string[],
  servers: SharedServers,
  signal: AbortSignal,
  print: (line: string) => void,
): Promise<Digest> {
  const tap = path.join(ROOT, "node_modules/tap/dist/esm/run.mjs");
  const child = spawn(
    process.execPath,
    [tap, "run", "--reporter=tap", `--jobs=${JOBS}`, `--timeout=${TIMEOUT_SECONDS}`, ...files],
    {
      cwd: ROOT,
      env: { ...process.env, [SHARED_SERVERS_VARIABLE]: JSON.stringify(servers) },
      stdio: ["ignore", "pipe", "inherit"],
      signal,
      killSignal: "SIGTERM",
    },
  );
  const digest = new Digest(print);
  child.on("error", () => {}); // aborted: then the totals are missing
  const closed = new Promise((resolve) => child.once("close", resolve));
  for await (const line of createInterface({ input: child.stdout })) digest.line(line);
  await closed;
  return digest;
}

import { execFile } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import type { Ledger } from "./ledger.ts";
import { freePort } from "./ports.ts";
import { type PostgresHome, planPostgresHome } from "./postgres-home.ts";
import { type RunningServer, startServer } from "./server-process.ts";

const run = promisify(execFile);

/** Data here can be made again, so nothing waits for the disk; a killed server still loses nothing that was committed. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  shared_preload_libraries: "pg_stat_statements",
  max_connections: "200",
  fsync: "off",
  full_page_writes: "off",
  timezone: "UTC",
  log_timezone: "UTC",
};

async function initialise(home: PostgresHome, password: string): Promise<void> {
  const passwordFile = `${home.data}.password`;
  rmSync(home.data, { recursive: true, force: true });
  mkdirSync(home.data, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (home.user !== null) {
    chmodSync(path.dirname(home.data), 0o755);
    for (const target of [home.data, passwordFile]) chownSync(target, home.user.uid, home.user.gid);
  }
  try {
    await run(
      path.join(home.bin, "initdb"),
      [
        ...["-D", home.data, "-U", "postgres", `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--no-sync"],
        // The server's own locale: the same on every machine, whatever its libc knows.
        ...["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
      ],
      { env: { PATH: process.env.PATH }, cwd: "/", ...home.user },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * PostgreSQL 18 on `port` or a free one, with its data under `dir`; a data folder from before is used again.
 * `pg_stat_statements` is loaded (each database still needs CREATE EXTENSION).
 */
export async function startPostgres(
  ledger: Ledger,
  options: { readonly dir: string; readonly logFile: string; readonly password: string; readonly port?: number },
): Promise<RunningServer & { readonly url: string }> {
  const home = planPostgresHome(options.dir);
  const versionFile = path.join(home.data, "PG_VERSION");
  if (!existsSync(versionFile)) await initialise(home, options.password);
  else if (readFileSync(versionFile, "utf8").trim() !== "18") {
    throw new Error(`The data in ${home.data} are of another PostgreSQL: remove that folder to begin anew.`);
  }
  const port = options.port ?? (await freePort());
  const url = `postgres://postgres:${options.password}@127.0.0.1:${port}/postgres`;
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = await startServer(ledger, {
    name: "postgres",
    command: path.join(home.bin, "postgres"),
    args: ["-D", home.data, "-p", String(port), ...settings],
    options: { env: { PATH: process.env.PATH }, cwd: "/", ...home.user },
    logFile: options.logFile,
    probe: async () => {
      const client = new Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
      client.on("error", () => {});
      try {
        await client.connect();
      } finally {
        await client.end();
      }
    },
    signal: "SIGINT", // "fast": ends open sessions
    graceMs: 10_000,
  });
  return { ...server, url };
}

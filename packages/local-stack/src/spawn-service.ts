import type { ChildProcess } from "node:child_process";
import type { Ledger, LedgerEntry } from "./ledger.ts";
import { spawnNoted } from "./server-process.ts";
import { inheritedEnvironment, type ServiceSpec } from "./service-specs.ts";

/** One process of a service with its output in a file, noted in the ledger. */
export function spawnService(
  ledger: Ledger,
  spec: ServiceSpec,
  logFile: string,
  args: readonly string[] = [],
): { child: ChildProcess; entry: LedgerEntry } {
  return spawnNoted(ledger, {
    name: spec.name,
    command: process.execPath,
    args: [spec.entry, ...args],
    options: { env: { ...inheritedEnvironment(process.env), ...spec.env } },
    logFile,
    signal: "SIGTERM",
    graceMs: spec.graceMs,
  });
}

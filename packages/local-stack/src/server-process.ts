import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ledger, LedgerEntry } from "./ledger.ts";
import { stopProcess } from "./process-identity.ts";

/** Only a start that hangs lasts so long, however busy the machine is. */
const START_MS = 60_000;

/** How to start a server, to know that it answers, and to end it. */
export interface ServerSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
  readonly logFile: string;
  /** Tried again and again until it does not throw. */
  readonly probe: () => Promise<void>;
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
  /** Sent over a channel that closes with its owner; without it there is no channel. */
  readonly message?: object;
}

export interface RunningServer {
  readonly pid: number;
  /** Asks the server to end, insists after its grace, and returns when it is gone. Can be called twice. */
  stop(): Promise<void>;
  /** SIGKILL, and returns when it is gone. */
  kill(): Promise<void>;
}

/** The last lines of a log, for an error message. */
export function tailOf(file: string, lines = 25): string {
  try {
    return readFileSync(file, "utf8").trim().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}

/** Starts a process in a group of its own with its output in a file, and notes it in the ledger. */
export function spawnNoted(
  ledger: Ledger,
  spec: Pick<ServerSpec, "name" | "command" | "args" | "options" | "logFile" | "signal" | "graceMs" | "message">,
): { child: ChildProcess; entry: LedgerEntry } {
  mkdirSync(path.dirname(spec.logFile), { recursive: true });
  const log = openSync(spec.logFile, "a");
  try {
    const child = spawn(spec.command, spec.args, {
      stdio: spec.message === undefined ? ["ignore", log, log] : ["ignore", log, log, "ipc"],
      ...spec.options,
      // Ctrl-C goes to the whole foreground group: servers must end after the services, when their owner says so.
      detached: true,
    });
    child.on("error", () => {}); // seen below: no pid
    if (child.pid === undefined) throw new Error(`${spec.name}: ${spec.command} could not be started`);
    child.unref();
    if (spec.message !== undefined) child.send(spec.message);
    child.channel?.unref();
    return { child, entry: ledger.add(spec.name, child.pid, spec.signal, spec.graceMs) };
  } finally {
    closeSync(log);
  }
}

/** Starts a server and waits until it answers. Throws with the end of its log if it does not. */
export async function startServer(ledger: Ledger, spec: ServerSpec): Promise<RunningServer> {
  const { child, entry } = spawnNoted(ledger, spec);
  const deadline = Date.now() + START_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`${spec.name} ended while starting:\n${tailOf(spec.logFile)}`);
    }
    try {
      await spec.probe();
      break;
    } catch (cause) {
      if (Date.now() > deadline) {
        await stopProcess(entry, "SIGKILL", 0);
        throw new Error(`${spec.name} does not answer after ${START_MS} ms:\n${tailOf(spec.logFile)}`, { cause });
      }
      await sleep(30);
    }
  }
  return {
    pid: entry.pid,
    stop: () => stopProcess(entry, spec.signal, spec.graceMs),
    kill: () => stopProcess(entry, "SIGKILL", 5_000),
  };
}

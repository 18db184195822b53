import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { identify, isAlive, type ProcessIdentity, stopProcess } from "./process-identity.ts";

/** One process that has to end with its owner. */
export interface LedgerEntry extends ProcessIdentity {
  readonly name: string;
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
}

interface LedgerFile {
  readonly owner: ProcessIdentity;
  readonly entries: readonly LedgerEntry[];
  /** Folders that go when the owner is gone. */
  readonly remove: readonly string[];
}

function fileIn(dir: string): string {
  return path.join(dir, "processes.json");
}

function read(dir: string): LedgerFile | null {
  try {
    return JSON.parse(readFileSync(fileIn(dir), "utf8")) as LedgerFile;
  } catch {
    return null;
  }
}

/** Another living process works with this folder. */
export class FolderInUseError extends Error {
  readonly code = "FOLDER_IN_USE";
  readonly pid: number;
  constructor(dir: string, pid: number) {
    super(`${dir} is in use by process ${pid}`);
    this.pid = pid;
  }
}

/**
 * What runs on behalf of one folder, written down so that it can be ended even after its owner was killed outright.
 */
export class Ledger {
  readonly dir: string;
  #entries: readonly LedgerEntry[] = [];
  #remove: readonly string[] = [];
  readonly #owner = identify(process.pid);

  private constructor(dir: string) {
    this.dir = dir;
  }

  /** Ends what an earlier owner left, then takes the folder. Throws FolderInUseError while the earlier owner lives. */
  static async claim(dir: string): Promise<Ledger> {
    mkdirSync(dir, { recursive: true });
    const before = read(dir);
    if (before !== null && isAlive(before.owner)) throw new FolderInUseError(dir, before.owner.pid);
    await endLeftovers(dir);
    mkdirSync(dir, { recursive: true });
    const ledger = new Ledger(dir);
    ledger.#write();
    return ledger;
  }

  /** Notes a process; `signal` and `graceMs` say how it is asked to end. */
  add(name: string, pid: number, signal: NodeJS.Signals, graceMs: number): LedgerEntry {
    const entry = { name, ...identify(pid), signal, graceMs };
    this.#entries = [...this.#entries.filter(isAlive), entry];
    this.#write();
    return entry;
  }

  /** Notes a folder that must not outlive the owner. */
  removeLater(folder: string): void {
    this.#remove = [...this.#remove, folder];
    this.#write();
  }

  /** Forgets everything: the owner has ended its processes itself. Removes what was to be removed. */
  close(): void {
    rmSync(fileIn(this.dir), { force: true });
    for (const folder of this.#remove) rmSync(folder, { recursive: true, force: true });
  }

  #write(): void {
    const content: LedgerFile = { owner: this.#owner, entries: this.#entries, remove: this.#remove };
    writeFileSync(`${fileIn(this.dir)}.new`, JSON.stringify(content));
    renameSync(`${fileIn(this.dir)}.new`, fileIn(this.dir));
  }
}

/** Ends every process that is noted in the folder, all at once, and removes what was to be removed. */
export async function endLeftovers(dir: string): Promise<void> {
  const ledger = read(dir);
  if (ledger === null) return;
  await Promise.all(ledger.entries.map((entry) => stopProcess(entry, entry.signal, entry.graceMs)));
  rmSync(fileIn(dir), { force: true });
  for (const folder of ledger.remove) rmSync(folder, { recursive: true, force: true });
}

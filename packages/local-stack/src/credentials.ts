import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * Secrets that live as long as the data they protect: made on first use, kept in a file that only its owner can read.
 * @returns one random string (hex, 256 bits) for each name
 */
export function keepSecrets<Name extends string>(file: string, names: readonly Name[]): Record<Name, string> {
  let kept: Partial<Record<string, string>> = {};
  try {
    kept = JSON.parse(readFileSync(file, "utf8")) as Partial<Record<string, string>>;
  } catch {
    // Not there yet.
  }
  const secrets = Object.fromEntries(names.map((name) => [name, kept[name] ?? randomBytes(32).toString("hex")]));
  if (names.some((name) => kept[name] === undefined)) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify({ ...kept, ...secrets }, null, 2), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return secrets as Record<Name, string>;
}

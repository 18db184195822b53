import { globSync, statSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../paths.ts";

const PATTERN = "**/*.test.ts";

/**
 * The test files to run, relative to the tree's top: all of them, or what is named (files, and folders to search).
 * Throws for a name that does not exist.
 * @param from where the names were typed
 */
export function findTestFiles(names: readonly string[], from: string): string[] {
  const found =
    names.length === 0
      ? globSync([`services/*/test/${PATTERN}`, `packages/*/test/${PATTERN}`], { cwd: ROOT })
      : names.flatMap((name) => expand(path.resolve(from, name)));
  return [...new Set(found)].sort();
}

function expand(target: string): string[] {
  const stat = statSync(target, { throwIfNoEntry: false });
  if (stat === undefined) throw new Error(`There is no ${target}.`);
  const files = stat.isDirectory() ? globSync(PATTERN, { cwd: target, exclude: ["**/node_modules/**"] }) : [""];
  return files.map((file) => path.relative(ROOT, path.join(target, file)));
}

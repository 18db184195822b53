import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import path from "node:path";
import { endLeftovers } from "./ledger.ts";
import { LOCAL } from "./paths.ts";

const RUNS = path.join(LOCAL, "run");

/**
 * A folder of its own for servers that end with this process. What an earlier process left, because it was killed
 * together with what watched over it, is ended first.
 * @param name says what it is for
 */
export async function newRunFolder(name: string): Promise<string> {
  await Promise.all(earlierRuns().map(endLeftovers));
  return path.join(RUNS, `${name}-${process.pid}-${randomBytes(4).toString("hex")}`);
}

function earlierRuns(): string[] {
  try {
    return readdirSync(RUNS).map((folder) => path.join(RUNS, folder));
  } catch {
    return []; // the first run of all
  }
}

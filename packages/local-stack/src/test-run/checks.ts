import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { ROOT } from "../paths.ts";

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
}

function packageProgram(name: string, program: string): string {
  const manifest = createRequire(path.join(ROOT, "package.json")).resolve(`${name}/package.json`);
  return path.join(path.dirname(manifest), program);
}

async function check(name: string, args: readonly string[]): Promise<CheckResult> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close");
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await closed) as [number | null];
  return { name, ok: code === 0, output: Buffer.concat(chunks).toString() };
}

/** What runs in browsers, or is built, is checked by a tsconfig.json of its own. */
function projects(): string[] {
  return ["tsconfig.json", ...globSync("{packages,services}/*/tsconfig.json", { cwd: ROOT }).sort()];
}

/** Biome and the type checker, over the whole tree. */
export function runChecks(): Promise<CheckResult[]> {
  const tsc = packageProgram("typescript", "bin/tsc");
  return Promise.all([
    check("lint (biome check .)", [packageProgram("@biomejs/biome", "bin/biome"), "check", "--colors=off", "."]),
    ...projects().map((project) => check(`types (tsc -p ${project})`, [tsc, "--pretty", "false", "-p", project])),
  ]);
}

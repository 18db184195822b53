import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

/** What the README promises. */
const BROWSERS = ["chrome116", "edge116", "firefox124", "safari17.4"];

/** One file for a page without a bundler. @returns its path */
export async function buildFile(outDir: string, entry = path.join(PACKAGE, "src/index.ts")): Promise<string> {
  const outfile = path.join(outDir, "lectern.js");
  const options = { bundle: true, minify: true, sourcemap: true, format: "esm", target: BROWSERS } as const;
  await build({ entryPoints: [entry], outfile, logLevel: "warning", ...options });
  return outfile;
}

/** JavaScript and `.d.ts`, module for module: bundlers take of it what is used. */
export async function buildModules(outDir: string): Promise<void> {
  const tsc = fileURLToPath(import.meta.resolve("typescript/package.json")).replace("package.json", "bin/tsc");
  // A test runner puts itself into every Node.js process by NODE_OPTIONS, and tsc does not start with it.
  const args = ["-u", "NODE_OPTIONS", process.execPath, tsc, "-p", "tsconfig.build.json", "--outDir", outDir];
  await promisify(execFile)("env", args, { cwd: PACKAGE });
}

if (import.meta.main) {
  const dist = path.join(PACKAGE, "dist");
  await rm(dist, { recursive: true, force: true });
  await buildModules(dist);
  const file = await buildFile(dist);
  console.log(`${path.relative(process.cwd(), file)}: ${gzipSync(await readFile(file)).length} bytes gzipped`);
}

import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { findProgram, mustRun, packageManagerEnvironment, persistently } from "./commands.mjs";
import { LOCAL } from "./paths.mjs";
import { SetupError, say } from "./report.mjs";
import { atLeast, parseVersion } from "./versions.mjs";

/** The one place of these versions: deploy/Dockerfile reads it too. */
const PINNED = JSON.parse(readFileSync(new URL("pinned.json", import.meta.url), "utf8"));
const BOOT = path.join(LOCAL, "boot");

function installedVersion(name) {
  try {
    return JSON.parse(readFileSync(path.join(BOOT, "node_modules", name, "package.json"), "utf8")).version;
  } catch {
    return null;
  }
}

/**
 * Node.js 24 or newer and pnpm at the pinned version, from the npm registry where this machine has none.
 * @returns {Promise<{ node: string, pnpm: string }>} paths: the Node.js program, and pnpm's script to run with it
 */
export async function boot() {
  const current = atLeast(parseVersion(process.version), [24]);
  const nodePackage = `node-${process.platform}-${process.arch}`;
  const wanted = current ? {} : { [nodePackage]: PINNED.node };
  wanted.pnpm = PINNED.pnpm;
  if (Object.entries(wanted).some(([name, version]) => installedVersion(name) !== version)) await install(wanted);
  return {
    node: current ? process.execPath : path.join(BOOT, "node_modules", nodePackage, "bin/node"),
    pnpm: path.join(BOOT, "node_modules/pnpm/bin/pnpm.mjs"),
  };
}

/** Into a temporary folder, then renamed: a set-up that is killed half way leaves nothing half made. */
async function install(packages) {
  const npm = findProgram("npm");
  if (npm === null) throw new SetupError("npm is not on PATH. Install Node.js 20 or newer together with npm.");
  const specs = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  say(`installing ${specs.join(" and ")}`);
  const temporary = `${BOOT}.new`;
  const old = `${BOOT}.old`;
  await persistently(async () => {
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    await mustRun(
      `Installing ${specs.join(" and ")}`,
      "Check that the npm registry can be reached, or install Node.js 24 or newer yourself.",
      npm,
      ["install", "--prefix", temporary, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", ...specs],
      { cwd: temporary, env: packageManagerEnvironment(process.execPath) },
    );
  });
  rmSync(old, { recursive: true, force: true });
  try {
    renameSync(BOOT, old);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  renameSync(temporary, BOOT);
  rmSync(old, { recursive: true, force: true });
}

import { readdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { mustRun, packageManagerEnvironment } from "./commands.mjs";
import { ROOT } from "./paths.mjs";
import { say } from "./report.mjs";

/**
 * pnpm links files into its store, and `tap build` writes into them in place: without copies of its own it would change
 * the tests of every other tree on this machine.
 */
function ownCopies(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const target = path.join(folder, entry.name);
    if (entry.isDirectory()) ownCopies(target);
    else if (entry.isFile()) {
      writeFileSync(`${target}.copy`, readFileSync(target));
      renameSync(`${target}.copy`, target);
    }
  }
}

/** The plugins that a built framework has; undefined where a build was broken off. */
function signatureOf(built) {
  try {
    return /signature = `([^`]*)`/.exec(readFileSync(path.join(built, "dist/esm/index.js"), "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

/**
 * tap comes built with a TypeScript loader, which this project leaves out (Node.js strips the types itself).
 * tap would rebuild itself in the middle of its first run, and fail that run.
 * @param {{ node: string }} tools
 */
export async function buildTap({ node }) {
  const tap = realpathSync(path.join(ROOT, "node_modules/tap"));
  const built = path.join(realpathSync(path.join(tap, "../@tapjs/test")), "test-built");
  const signature = signatureOf(built);
  if (signature !== undefined && !signature.includes("@tapjs/typescript")) return;
  say("building the test framework");
  ownCopies(built);
  await mustRun(
    "tap build",
    "Remove node_modules and try again.",
    node,
    [path.join(tap, "dist/esm/run.mjs"), "build"],
    {
      cwd: ROOT,
      env: packageManagerEnvironment(node),
    },
  );
}

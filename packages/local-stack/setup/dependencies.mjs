import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { mustRun, packageManagerEnvironment, persistently } from "./commands.mjs";
import { LOCAL, ROOT } from "./paths.mjs";
import { say } from "./report.mjs";

const STAMP = path.join(LOCAL, "installed");

function memberManifests() {
  return ["services", "packages"].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder))
      .sort()
      .map((member) => path.join(ROOT, folder, member, "package.json"))
      .filter((file) => existsSync(file)),
  );
}

/** Changes whenever an install could come out differently. */
function fingerprint(manifests) {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\0`);
  const files = ["package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml"].map((name) => path.join(ROOT, name));
  for (const file of [...files, ...manifests]) {
    hash
      .update(`${path.relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

function isComplete(manifests) {
  if (!existsSync(path.join(ROOT, "node_modules/.modules.yaml"))) return false;
  return manifests.every((file) => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(file, "utf8"));
    const needed = Object.keys({ ...dependencies, ...devDependencies });
    return needed.every((name) => existsSync(path.join(path.dirname(file), "node_modules", name)));
  });
}

/**
 * `pnpm install --frozen-lockfile`, left out while nothing it depends on has changed since it last succeeded.
 * @param {{ node: string, pnpm: string }} tools
 */
export async function installDependencies({ node, pnpm }) {
  const manifests = memberManifests();
  const wanted = fingerprint(manifests);
  const had = existsSync(STAMP) ? readFileSync(STAMP, "utf8") : "";
  if (had === wanted && isComplete(manifests)) return;
  say("installing dependencies");
  const install = () =>
    mustRun(
      "pnpm install --frozen-lockfile",
      "Check that the npm registry can be reached; if pnpm-lock.yaml is out of date, run pnpm install.",
      node,
      [pnpm, "install", "--frozen-lockfile"],
      { cwd: ROOT, env: packageManagerEnvironment(node) },
    );
  await persistently(install, { isFinal: ({ message }) => message.includes("ERR_PNPM_OUTDATED_LOCKFILE") });
  writeFileSync(`${STAMP}.new`, wanted);
  renameSync(`${STAMP}.new`, STAMP);
}

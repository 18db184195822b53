import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import path from "node:path";
import { LOCAL, ROOT } from "./paths.ts";
import { inheritedEnvironment } from "./service-specs.ts";

const PACKAGE = path.join(ROOT, "packages/console");
const BUILDS = path.join(LOCAL, "console");
/** Everything that the built files depend on. */
const SOURCES = [
  "packages/console/{index.html,package.json,vite.config.ts,tsconfig.json}",
  "packages/console/{src,public}/**/*",
  "packages/client/src/**/*",
  "pnpm-lock.yaml",
];
/** One that is served by a `dev` of an hour ago must not go because a test has built another. */
const KEPT_BUILDS = 4;

function fingerprint(): string {
  const hash = createHash("sha256");
  for (const file of globSync(SOURCES, { cwd: ROOT }).sort()) {
    const target = path.join(ROOT, file);
    if (statSync(target).isFile()) hash.update(`${file}\0`).update(readFileSync(target)).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

async function build(outDir: string): Promise<void> {
  const child = spawn(
    process.execPath,
    [path.join(PACKAGE, "node_modules/vite/bin/vite.js"), "build", "--outDir", outDir, "--logLevel", "warn"],
    {
      cwd: PACKAGE,
      env: { ...inheritedEnvironment(process.env), NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const closed = once(child, "close");
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await closed) as [number | null];
  if (code !== 0) throw new Error(`The console could not be built:\n${Buffer.concat(chunks).toString().trim()}`);
}

function forgetOld(): void {
  const age = (name: string) => statSync(path.join(BUILDS, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const builds = readdirSync(BUILDS).sort((one, other) => age(other) - age(one));
  for (const name of builds.slice(KEPT_BUILDS)) rmSync(path.join(BUILDS, name), { recursive: true, force: true });
}

/**
 * The folder of the built console. Built anew only where a source has changed; two at once do the work twice and keep one.
 * @throws with what the build said
 */
export async function buildConsole(): Promise<string> {
  const built = path.join(BUILDS, fingerprint());
  if (existsSync(built)) {
    utimesSync(built, new Date(), new Date());
    return built;
  }
  mkdirSync(BUILDS, { recursive: true });
  const fresh = `${built}.${randomBytes(6).toString("hex")}`;
  try {
    await build(fresh);
    if (!existsSync(built)) renameSync(fresh, built);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  forgetOld();
  return built;
}

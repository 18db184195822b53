import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import {
  APT_PATIENCE,
  capture,
  findProgram,
  hasSystemProgram,
  mustRun,
  persistently,
  systemEnvironment,
} from "./commands.mjs";
import { LOCAL } from "./paths.mjs";
import { SetupError, say } from "./report.mjs";
import { atLeast, parseVersion } from "./versions.mjs";

const MINIMUM = [7];
const HOME = path.join(LOCAL, "redis");
const ADVICE = "Put redis-server 7 or newer on PATH, or name a running server in REDIS_URL.";

/** What Debian's redis-server is linked with, apart from what every Debian has. */
const DEBIAN_PACKAGES = [
  "redis-server",
  "redis-tools",
  "libjemalloc2",
  "liblzf1",
  "libatomic1",
  "liblua5.1-0",
  "lua-cjson",
  "lua-bitop",
];

async function versionOf(command, libraryPath) {
  const env = libraryPath === null ? process.env : { ...process.env, LD_LIBRARY_PATH: libraryPath };
  const { code, stdout } = await capture(command, ["--version"], { env });
  return code === 0 ? parseVersion(/v=(\S+)/.exec(stdout)?.[1] ?? "") : null;
}

function unpacked() {
  const command = path.join(HOME, "usr/bin/redis-server");
  if (!existsSync(command)) return null;
  const libraries = path.join(HOME, "usr/lib");
  const libraryPath = readdirSync(libraries, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.includes("-linux-"))
    .map((entry) => path.join(libraries, entry.name))
    .join(":");
  return { command, libraryPath };
}

/** Debian's package, fetched by apt and unpacked into a folder: as any user, and with nothing installed. */
async function unpackFromDebian() {
  say("unpacking Redis from the distribution's packages");
  const temporary = `${HOME}.new`;
  rmSync(temporary, { recursive: true, force: true });
  for (const folder of ["apt/lists/partial", "apt/cache/archives/partial", "files"]) {
    mkdirSync(path.join(temporary, folder), { recursive: true });
  }
  const options = [
    `Dir::State::lists=${temporary}/apt/lists`,
    `Dir::Cache=${temporary}/apt/cache`,
    // apt as root would drop to a user that may not enter this folder.
    "APT::Sandbox::User=root",
    ...APT_PATIENCE,
  ].flatMap((option) => ["-o", option]);
  const env = systemEnvironment();
  const archives = path.join(temporary, "apt/cache/archives");
  await persistently(async () => {
    // Its exit code is no matter: a source that is down may not be the one with Redis.
    await capture("apt-get", [...options, "-qq", "update"], { env });
    await mustRun("Fetching Debian's Redis", ADVICE, "apt-get", [...options, "-qq", "download", ...DEBIAN_PACKAGES], {
      cwd: archives,
      env,
    });
  });
  for (const file of readdirSync(archives).filter((name) => name.endsWith(".deb"))) {
    const args = ["-x", path.join(archives, file), `${temporary}/files`];
    await mustRun("Unpacking Debian's Redis", ADVICE, "dpkg-deb", args, { env });
  }
  rmSync(HOME, { recursive: true, force: true });
  renameSync(path.join(temporary, "files"), HOME);
  rmSync(temporary, { recursive: true, force: true });
}

async function fromHomebrew() {
  say("installing Redis with Homebrew");
  await persistently(() => mustRun("brew install redis", ADVICE, "brew", ["install", "redis"]));
  return findProgram("redis-server");
}

/**
 * Redis 7 or newer: the one on PATH if it is new enough, else the distribution's.
 * @returns {Promise<{ command: string, libraryPath: string | null }>} `libraryPath` goes into LD_LIBRARY_PATH
 */
export async function findRedis() {
  const onPath = findProgram("redis-server");
  if (onPath !== null && atLeast(await versionOf(onPath, null), MINIMUM)) return { command: onPath, libraryPath: null };
  const before = unpacked();
  if (before !== null && atLeast(await versionOf(before.command, before.libraryPath), MINIMUM)) return before;
  if (hasSystemProgram("apt-get") && hasSystemProgram("dpkg-deb")) {
    await unpackFromDebian();
    const after = unpacked();
    if (after !== null && atLeast(await versionOf(after.command, after.libraryPath), MINIMUM)) return after;
    throw new SetupError(`The distribution's Redis does not run or is older than ${MINIMUM.join(".")}. ${ADVICE}`);
  }
  if (findProgram("brew") !== null) {
    const command = await fromHomebrew();
    if (command !== null) return { command, libraryPath: null };
  }
  throw new SetupError(`No Redis 7 or newer was found. ${ADVICE}`);
}

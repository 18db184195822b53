import { existsSync } from "node:fs";
import {
  APT_PATIENCE,
  capture,
  findProgram,
  hasSystemProgram,
  mustRun,
  persistently,
  systemEnvironment,
} from "./commands.mjs";
import { SetupError, say } from "./report.mjs";

const NAMES = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];
const MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** Some distributions have a program of this name that only tells where to get the browser. */
async function isBrowser(command) {
  const { code, stdout } = await capture(command, ["--version"]);
  return code === 0 && /Chrom/.test(stdout);
}

/** @param {string | null} known that of the set-up before, which need not be tried again */
async function onMachine(known) {
  const env = systemEnvironment();
  const commands = NAMES.flatMap((name) => findProgram(name, env.PATH) ?? []);
  if (existsSync(MACOS)) commands.push(MACOS);
  for (const command of commands) if (command === known || (await isBrowser(command))) return command;
  return null;
}

function install() {
  const env = systemEnvironment();
  const options = [...APT_PATIENCE, "DPkg::Lock::Timeout=300"].flatMap((option) => ["-o", option]);
  return persistently(async () => {
    // Its exit code is no matter: a source that is down may not be the one with Chromium.
    await capture("apt-get", [...options, "-qq", "update"], { env });
    const args = [...options, "-qq", "-y", "install", "--no-install-recommends", "chromium"];
    await mustRun("Installing Chromium", "Put Chromium or Chrome on PATH.", "apt-get", args, { env });
  });
}

/**
 * A browser for the browser tests. Not having one is no failure: those tests then say that they were left out, and why.
 * @param {{ isWanted: boolean, known: string | null }} options whether to install one where this machine has none (only
 * root can); the one that was found before
 * @returns {Promise<string | null>}
 */
export async function findChromium({ isWanted, known }) {
  const found = await onMachine(known);
  if (found !== null || !isWanted) return found;
  if (process.getuid?.() !== 0 || !hasSystemProgram("apt-get")) return null;
  say("installing Chromium for the browser tests (apt-get)");
  try {
    await install();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`no Chromium, so the browser tests are left out: ${error.message}`);
  }
  return onMachine(null);
}

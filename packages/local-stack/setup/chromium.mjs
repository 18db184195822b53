import { existsSync } from "node:fs";
import { capture, findProgram, hasSystemProgram, systemEnvironment } from "./commands.mjs";
import { say } from "./report.mjs";

const NAMES = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];
const MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

function onMachine() {
  for (const name of NAMES) {
    const command = findProgram(name, systemEnvironment().PATH);
    if (command !== null) return command;
  }
  return existsSync(MACOS) ? MACOS : null;
}

/**
 * A browser for the browser tests. Not having one is no failure: those tests then say that they were left out, and why.
 * @param {boolean} install whether to install one where this machine has none (only root can)
 * @returns {Promise<string | null>}
 */
export async function findChromium(install) {
  const found = onMachine();
  if (found !== null || !install) return found;
  if (process.getuid?.() !== 0 || !hasSystemProgram("apt-get")) return null;
  say("installing Chromium for the browser tests (apt-get)");
  const env = systemEnvironment();
  await capture("apt-get", ["-qq", "update"], { env });
  const { code, output } = await capture(
    "apt-get",
    ["-qq", "-y", "-o", "DPkg::Lock::Timeout=300", "install", "--no-install-recommends", "chromium"],
    { env },
  );
  if (code !== 0) say(`no Chromium: ${output.trim().split("\n").at(-1) ?? "apt-get failed"}`);
  return onMachine();
}

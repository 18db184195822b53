import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SetupError, say } from "./report.mjs";

/** Before the second and the third attempt at what comes over the network. */
const PAUSES_MS = [2_000, 10_000];

/** Options of apt: how often it asks a mirror for the same file, and how many seconds it waits for one that is silent. */
export const APT_PATIENCE = ["Acquire::Retries=3", "Acquire::http::Timeout=30", "Acquire::https::Timeout=30"];

/** Package managers need the system's own programs, whatever PATH says. */
const SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";

/** The environment for the system's package manager. */
export function systemEnvironment() {
  return { ...process.env, PATH: `${process.env.PATH ?? ""}:${SYSTEM_PATH}`, DEBIAN_FRONTEND: "noninteractive" };
}

/**
 * The environment for a nested npm or pnpm: what the outer `npm run` exported would be taken for settings. Build scripts
 * of dependencies find `node` and the system's own programs.
 * @param {string} node the Node.js that the project runs on
 */
export function packageManagerEnvironment(node) {
  const { PATH, ...rest } = systemEnvironment();
  const clean = Object.entries(rest).filter(([name]) => !/^p?npm_/i.test(name));
  return { ...Object.fromEntries(clean), PATH: `${path.dirname(node)}:${PATH}`, CI: "true" };
}

/**
 * The full path of a program on PATH, or null.
 * @param {string} name
 * @param {string} [searchPath]
 */
export function findProgram(name, searchPath = process.env.PATH ?? "") {
  for (const folder of searchPath.split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    const candidate = path.join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {}
  }
  return null;
}

/**
 * @param {string} name a program of the system's package manager
 */
export function hasSystemProgram(name) {
  return findProgram(name, systemEnvironment().PATH) !== null;
}

/**
 * Runs a program to its end, with nothing on the terminal.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ code: number | null, stdout: string, output: string }>}
 */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.once("error", (error) => resolve({ code: null, stdout, output: String(error) }));
    child.once("close", (code) => resolve({ code, stdout, output }));
  });
}

/**
 * As `capture`, but a failure is a SetupError: what was tried, the end of the output, what to do.
 * @param {string} what the step, as in "pnpm install"
 * @param {string} advice what the reader can do about it
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export async function mustRun(what, advice, command, args, options) {
  const result = await capture(command, args, options);
  if (result.code !== 0) {
    const tail = result.output.trim().split("\n").slice(-15).join("\n");
    throw new SetupError(`${what} failed. ${advice}\n${tail}`);
  }
  return result.stdout;
}

/**
 * Registries and mirrors fail for moments: what comes from them is tried three times.
 * @template T
 * @param {() => Promise<T>} attempt throws a SetupError where it failed
 * @param {{ isFinal?: (error: SetupError) => boolean, pausesMs?: readonly number[], tell?: (line: string) => void }} [options] `isFinal`: trying again would not help
 * @returns {Promise<T>}
 */
export async function persistently(attempt, { isFinal = () => false, pausesMs = PAUSES_MS, tell = say } = {}) {
  for (const pauseMs of pausesMs) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof SetupError) || isFinal(error)) throw error;
      const [what] = error.message.split(". ", 1);
      tell(`${what}; trying again in ${pauseMs / 1_000} s (${error.message.split("\n").at(-1)})`);
      await sleep(pauseMs);
    }
  }
  return attempt();
}

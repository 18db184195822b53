import { spawn } from "node:child_process";
import { constants } from "node:os";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a TypeScript file with the project's Node.js: same terminal, signals passed on, its exit code returned.
 * The channel between the two lets the child notice that this process was killed outright.
 * @param {string} node
 * @param {string} file
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit code, 128 + n where signal n ended it
 */
export function runEntry(node, file, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [file, ...args], { stdio: ["inherit", "inherit", "inherit", "ipc"] });
    for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

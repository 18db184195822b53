import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const STALE_MS = 30_000;
const BEAT_MS = 2_000;

function tryCreate(file) {
  try {
    const handle = openSync(file, "wx");
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Left by a process that is gone, or that has not touched it for long (its pid was given to another). */
function isStale(file) {
  try {
    if (Date.now() - statSync(file).mtimeMs > STALE_MS) return true;
    const pid = Number(readFileSync(file, "utf8"));
    if (!Number.isInteger(pid) || pid < 1) return false; // being written right now
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

/** Two waiters may find the same stale lock; only the one that holds `<file>.break` may take it away. */
function breakStale(file) {
  const breaker = `${file}.break`;
  if (!tryCreate(breaker)) {
    if (isStale(breaker)) remove(breaker);
    return;
  }
  try {
    if (isStale(file)) remove(file);
  } finally {
    remove(breaker);
  }
}

/** Another may have been faster. */
function remove(file) {
  rmSync(file, { force: true });
}

/** Who was taken for dead, because the whole machine stood still, has lost it: no reason to end half way. */
function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}

/**
 * Runs `work` while no other process runs one under the same file. A lock whose owner died is taken over.
 * @template T
 * @param {string} file
 * @param {() => void} onWait called once when another process holds it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, onWait, work) {
  mkdirSync(path.dirname(file), { recursive: true });
  for (let waited = 0; !tryCreate(file); waited += 1) {
    if (isStale(file)) breakStale(file);
    else {
      if (waited === 3) onWait();
      await sleep(150);
    }
  }
  const beat = setInterval(() => touch(file), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    remove(file);
  }
}

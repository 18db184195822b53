import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { boot } from "./boot.mjs";
import { findChromium } from "./chromium.mjs";
import { installDependencies } from "./dependencies.mjs";
import { findFfmpeg } from "./ffmpeg.mjs";
import { withLock } from "./lock.mjs";
import { LOCAL } from "./paths.mjs";
import { findRedis } from "./redis.mjs";
import { say } from "./report.mjs";
import { buildTap } from "./tap.mjs";

const TOOLS = path.join(LOCAL, "tools.json");

/** What a set-up before this one has found. The Redis program stays: runs that do without must not take it from those that need it. */
function earlier() {
  try {
    const { redis, chromium } = JSON.parse(readFileSync(TOOLS, "utf8"));
    return { redis: redis !== null && existsSync(redis.command) ? redis : null, chromium };
  } catch {
    return { redis: null, chromium: null };
  }
}

/** A Redis that is named or comes from a container needs no program here; tests still stop and start one of their own. */
async function redisFor(needs) {
  if (process.env.STACK === "containers") return null;
  const isGiven = Boolean(process.env.REDIS_URL);
  if (isGiven && !needs.tests) return null;
  try {
    return await findRedis();
  } catch (error) {
    if (!isGiven) throw error;
    say(`tests that need a Redis of their own will fail: ${error.message}`);
    return null;
  }
}

/**
 * Brings this machine to where the project can run: can run again and again, and twice at once.
 * Leaves `.local/tools.json`: `{ redis: { command, libraryPath } | null, ffmpeg, ffprobe, chromium: path | null }`.
 * @param {{ servers: boolean, tests: boolean }} needs `tests` brings a browser as well
 * @returns {Promise<{ node: string }>} the Node.js to run the project with
 */
export function setUp(needs) {
  mkdirSync(LOCAL, { recursive: true });
  const waiting = () => say("waiting for another set-up of this tree to finish");
  return withLock(path.join(LOCAL, "setup.lock"), waiting, async () => {
    const tools = await boot();
    await installDependencies(tools);
    if (needs.tests) await buildTap(tools);
    if (needs.servers) {
      const before = earlier();
      const found = {
        redis: (await redisFor(needs)) ?? before.redis,
        ...(await findFfmpeg()),
        chromium: await findChromium({ isWanted: needs.tests, known: before.chromium }),
      };
      writeFileSync(`${TOOLS}.new`, `${JSON.stringify(found, null, 2)}\n`);
      renameSync(`${TOOLS}.new`, TOOLS);
    }
    return { node: tools.node };
  });
}

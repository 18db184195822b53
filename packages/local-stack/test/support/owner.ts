// A process that owns servers, to be killed outright by a test. Arguments: folder, "leash" or "no-leash".
import path from "node:path";
import { Ledger } from "../../src/ledger.ts";
import { startRedisServer } from "../../src/redis.ts";
import { startStack } from "../../src/stack.ts";

const [, , dir = "", mode] = process.argv;

async function start(): Promise<string[]> {
  if (mode === "leash") {
    const { databaseUrl, redisUrl, s3 } = await startStack({ dir, persistent: true });
    return [databaseUrl, redisUrl, s3.endpoint];
  }
  const ledger = await Ledger.claim(dir);
  const logFile = path.join(dir, "redis.log");
  return [(await startRedisServer(ledger, { dir: path.join(dir, "redis"), logFile, persistent: false })).url];
}

process.send?.(await start());
setInterval(() => {}, 2 ** 30);

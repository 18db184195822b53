import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Cluster, Redis } from "ioredis";

/** Every function of this package takes either, and sends one command to one key at a time, so both serve alike. */
export type RedisLike = Redis | Cluster;

/** A Lua script on one key: the key, then its arguments; resolves to what the script returns. */
export type Script = (redis: RedisLike, key: string, args: readonly (string | number)[]) => Promise<unknown>;

const prelude = readFileSync(new URL("./scripts/prelude.lua", import.meta.url), "utf8");

function load(name: string): Script {
  const source = `${prelude}\n${readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), "utf8")}`;
  const sha = createHash("sha1").update(source).digest("hex");
  return async (redis, key, args) => {
    try {
      return await redis.evalsha(sha, 1, key, ...args);
    } catch (error) {
      // A server that was restarted, flushed or just added to the cluster; EVAL teaches it the script.
      if (error instanceof Error && error.message.startsWith("NOSCRIPT")) return redis.eval(source, 1, key, ...args);
      throw error;
    }
  };
}

export const scripts = {
  writeStatus: load("write-status"),
  refreshStatus: load("refresh-status"),
  writeProgress: load("write-progress"),
  closeProgress: load("close-progress"),
  beatEpoch: load("beat-epoch"),
} as const;

import { spawn } from "node:child_process";
import { once } from "node:events";
import { freePort } from "@lectern/local-stack";
import { Redis } from "ioredis";

// Ends the server when its standard input closes: with the test process, however that ends.
const LEASH = '"$@" & cat > /dev/null; kill -9 $!; wait';

export interface RedisProcess {
  /** Ends it by SIGKILL; a second time does nothing. */
  kill(): Promise<void>;
}

/** @param program as the set-up found it */
export function startRedisProcess(
  program: { readonly command: string; readonly libraryPath: string | null },
  args: readonly string[],
): RedisProcess {
  const child = spawn("/bin/sh", ["-c", LEASH, "redis", program.command, ...args], {
    env: { PATH: "/usr/bin:/bin", ...(program.libraryPath !== null && { LD_LIBRARY_PATH: program.libraryPath }) },
    stdio: ["pipe", "ignore", "ignore"],
  });
  const gone = once(child, "exit");
  return {
    kill: async () => {
      child.stdin.end();
      await gone;
    },
  };
}

export function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, freePort));
}

/**
 * To a server that is about to listen: tries until it does. Without end, since twenty tries, as ioredis has it, are over
 * in half a second. Whoever asks for it disconnects it.
 */
export function connectWhenUp(port: number): Redis {
  const redis = new Redis({ port, retryStrategy: () => 20, maxRetriesPerRequest: null });
  redis.on("error", () => {}); // not listening yet
  return redis;
}

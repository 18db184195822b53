import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";

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

export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => net.createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

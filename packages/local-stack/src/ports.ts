import { randomInt } from "node:crypto";
import { once } from "node:events";
import net from "node:net";

/**
 * Below every range from which kernels give ports to connections and to `listen(0)`: who is killed finds its own again.
 * 10,080, which browsers and fetch refuse, is not among them.
 */
const [FIRST, END] = [10_200, 16_000];
/** More than a busy machine needs. */
const MOST_TRIES = 200;

/** Listens, unless somebody does already. */
async function tryListen(...at: [path: string] | [port: number, host: string]): Promise<net.Server | null> {
  const server = net.createServer();
  try {
    const listening = once(server, "listening");
    if (at.length === 1) server.listen(at[0]);
    else server.listen(...at);
    await listening;
    return server;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return null;
    throw error;
  }
}

/** Makes the port this process's own among all that ask here, until it ends: false where another has it. */
async function claim(port: number): Promise<boolean> {
  // Linux's names of sockets that are no files go with their process, in whatever way it ends.
  if (process.platform !== "linux") return true;
  try {
    const name = await tryListen(`\0lectern-port-${port}`);
    name?.unref();
    return name !== null;
  } catch {
    return true; // Not allowed here, or not there: chance has to do.
  }
}

/** A TCP port of 127.0.0.1 that nobody listens on, and that nobody else is given here while this process lives. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const port = randomInt(FIRST, END);
    if (!(await claim(port))) continue;
    const server = await tryListen(port, "127.0.0.1");
    if (server === null) continue;
    server.close();
    await once(server, "close");
    return port;
  }
  throw new Error(`No free port was found from ${FIRST} to ${END - 1}.`);
}

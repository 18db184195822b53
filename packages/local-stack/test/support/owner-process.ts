import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import path from "node:path";
import type { Test } from "tap";

/** Starts `owner.ts` and returns it with the URLs of its servers. */
export async function startOwner(
  t: Test,
  dir: string,
  mode: "leash" | "no-leash",
): Promise<{ owner: ChildProcess; urls: string[] }> {
  const owner = spawn(process.execPath, [path.join(import.meta.dirname, "owner.ts"), dir, mode], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  t.teardown(() => owner.kill("SIGKILL"));
  const [urls] = (await once(owner, "message")) as [string[]];
  return { owner, urls };
}

export async function killOutright(owner: ChildProcess): Promise<void> {
  const exited = once(owner, "exit");
  owner.kill("SIGKILL");
  await exited;
}

/** Connects to a server; `ended` resolves when the server has ended the connection. */
export async function watchEnd(url: string): Promise<{ ended: Promise<unknown> }> {
  const { port, hostname } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.resume();
  // Not `once`: that one takes a reset connection, which is an end as good as any, for a failure.
  return { ended: new Promise((resolve) => socket.once("close", resolve)) };
}

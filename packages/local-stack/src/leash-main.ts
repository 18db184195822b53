import { endLeftovers, waitForOwnersEnd } from "./ledger.ts";

const dir = process.argv[2];
if (dir === undefined) throw new Error("usage: leash-main.ts DIR");
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.stdin.resume();
process.stdin.on("close", () => {
  void waitForOwnersEnd(dir).then(() => endLeftovers(dir));
});

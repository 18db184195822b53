import { randomBytes } from "node:crypto";
import path from "node:path";
import { startPostgres } from "./postgres.ts";
import { planPostgresHome } from "./postgres-home.ts";
import { ownParts } from "./testing.ts";

export interface OwnPostgres {
  /** A superuser's URL of its empty database `postgres`. */
  readonly url: string;
  /** Ends every session and then itself, in order (`fast`); `start` brings it back on the same port, with its data. */
  stop(): Promise<void>;
  /** Ends at once, without a word to its sessions (`immediate`); the next start recovers from the log. */
  crash(): Promise<void>;
  start(): Promise<void>;
}

/** A PostgreSQL server of one's own, to restart under test: always the packaged one. Ends with the process at the latest. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const { ledger } = await ownParts();
  const name = `postgres-${randomBytes(4).toString("hex")}`;
  const dir = path.join(ledger.dir, name);
  ledger.removeLater(planPostgresHome(dir).data);
  const options = {
    dir,
    logFile: path.join(ledger.dir, "logs", `${name}.log`),
    password: randomBytes(16).toString("hex"),
  };
  let server = await startPostgres(ledger, options);
  const { url } = server;
  return {
    url,
    stop: () => server.stop(),
    async crash() {
      process.kill(server.pid, "SIGQUIT");
      await server.stop();
    },
    async start() {
      await server.stop();
      server = await startPostgres(ledger, { ...options, port: Number(new URL(url).port) });
    },
  };
}

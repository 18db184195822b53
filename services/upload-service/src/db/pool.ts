import { Socket } from "node:net";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Database } from "./schema.ts";

export interface DatabaseOptions {
  url: string;
  /** Most connections of this process. */
  poolSize: number;
  onError: (error: Error) => void;
  /** A connection that hears nothing for so long is given up; default 18 s. */
  silenceMs?: number;
}

/** Longer than any statement may take, and than a connection may idle in the pool. */
const SILENCE_MS = 18_000;

const INT8 = pg.types.builtins.INT8;

/**
 * A pool whose connections do not outlive their use: a scaled-down or failed-over database sees them gone within
 * seconds. No statement waits for ever, also where the server is gone without a word, and no transaction stays open
 * behind a process that hangs.
 */
export function connectDatabase(options: DatabaseOptions): Kysely<Database> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    idleTimeoutMillis: 15_000,
    maxLifetimeSeconds: 20 * 60,
    connectionTimeoutMillis: 3_000,
    statement_timeout: 10_000,
    idle_in_transaction_session_timeout: 10_000,
    application_name: "upload-service",
    stream: () => givenUpAfter(options.silenceMs ?? SILENCE_MS),
    // Ids and sizes stay below 2^53: read as numbers, for this pool alone.
    types: {
      getTypeParser: (oid: number, format?: "text" | "binary") =>
        oid === INT8
          ? Number
          : format === undefined
            ? pg.types.getTypeParser(oid)
            : pg.types.getTypeParser(oid, format as "text"),
    },
  });
  // The pool listens to idle connections only: one that breaks at work would end the process.
  pool.on("connect", (client) => client.on("error", options.onError));
  pool.on("error", options.onError);
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}

/** A server that vanishes without a word, as in a failover, leaves TCP to try for a quarter of an hour. */
function givenUpAfter(silenceMs: number): Socket {
  const socket = new Socket();
  return socket.setTimeout(silenceMs, () =>
    socket.destroy(Object.assign(new Error("The database fell silent."), { code: "ETIMEDOUT" })),
  );
}

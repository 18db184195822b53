import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Database } from "./schema.ts";

export interface DatabaseOptions {
  url: string;
  /** Most connections of this process. */
  poolSize: number;
  onError: (error: Error) => void;
}

const INT8 = pg.types.builtins.INT8;

/**
 * A pool whose connections do not outlive their use: a scaled-down or failed-over database sees them gone within
 * seconds. No statement waits for ever, and no transaction stays open behind a process that hangs.
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

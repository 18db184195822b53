import pg from "pg";

/** Calls of each statement's text, in one database. */
export type Calls = ReadonlyMap<string, number>;

export interface StatementCounter {
  /** What was run so far, but for what the counter runs itself. */
  read(): Promise<Calls>;
  close(): Promise<void>;
}

const QUERY = `
  SELECT query, sum(calls)::int AS calls FROM pg_stat_statements
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND query NOT LIKE '%pg_stat_statements%'
  GROUP BY query`;

/** Counts by `pg_stat_statements`. @throws where the server was started without it */
export async function countStatements(databaseUrl: string): Promise<StatementCounter> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    await client.query(QUERY);
  } catch (cause) {
    await client.end();
    throw new Error("Counting needs a PostgreSQL with pg_stat_statements in shared_preload_libraries.", { cause });
  }
  return {
    async read() {
      const { rows } = await client.query<{ query: string; calls: number }>(QUERY);
      return new Map(rows.map(({ query, calls }) => [query, calls]));
    },
    close: () => client.end(),
  };
}

/** What was run between two readings. */
export function between(before: Calls, after: Calls): Calls {
  const grown = [...after].map(([query, calls]) => [query, calls - (before.get(query) ?? 0)] as const);
  return new Map(grown.filter(([, calls]) => calls > 0));
}

const SELECT = /^\s*(--[^\n]*\n\s*|\/\*.*?\*\/\s*)*(select|with|table|values)\b/is;

/** Only the SELECTs: claims of the outbox, for one, are UPDATEs. */
export function selectsOf(calls: Calls): Calls {
  return new Map([...calls].filter(([query]) => SELECT.test(query)));
}

export function total(calls: Calls): number {
  return [...calls.values()].reduce((sum, count) => sum + count, 0);
}

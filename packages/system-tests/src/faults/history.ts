import type { Pool } from "pg";

/** One change of a video's status, run or generation, by the database's clock. */
export interface Change {
  readonly videoId: number;
  readonly generation: number;
  readonly attempt: number;
  readonly status: string;
  readonly runToken: string | null;
  readonly atMs: number;
}

/** Lets the database note every change of a run: what happened stays known after later runs wrote over it. */
export async function keepHistory(database: Pool): Promise<void> {
  await database.query(`
    CREATE TABLE run_history (
      sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, video_id bigint, generation integer, attempt integer,
      status text, run_token text, at timestamptz DEFAULT clock_timestamp());
    CREATE FUNCTION note_run() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO run_history (video_id, generation, attempt, status, run_token)
      VALUES (new.id, new.generation, new.attempt, new.status, new.run_token);
      RETURN NULL;
    END $$;
    CREATE TRIGGER note_run AFTER UPDATE ON videos FOR EACH ROW
      WHEN ((old.generation, old.attempt, old.status, old.run_token)
        IS DISTINCT FROM (new.generation, new.attempt, new.status, new.run_token))
      EXECUTE FUNCTION note_run();`);
}

/** In the order of the changes. */
export async function readHistory(database: Pool): Promise<Change[]> {
  const { rows } = await database.query<Change>(`
    SELECT video_id::float8 AS "videoId", generation, attempt, status, run_token AS "runToken",
      (extract(epoch FROM at) * 1000)::float8 AS "atMs"
    FROM run_history ORDER BY sequence`);
  return rows;
}

import { encodeJobId, type JobId, type TenantId, type VideoId } from "@lectern/keys";
import { type Kysely, sql } from "kysely";
import type { Database } from "../db/schema.ts";

type Unfinished = "UPLOADED" | "PROCESSING";

export async function countUnfinished(
  db: Kysely<Database>,
  tenantId: TenantId,
  statuses: readonly Unfinished[],
): Promise<number> {
  const { count } = await unfinished(db, tenantId, statuses)
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return count;
}

/**
 * The jobs that may begin while the tenant has at most `running` runs: the first of its line, as many as there are places.
 * One statement, so that a run that begins meanwhile does not leave its place and the line at once.
 */
export async function jobsWithinLimit(db: Kysely<Database>, tenantId: TenantId, running: number): Promise<JobId[]> {
  const places = unfinished(db, tenantId, ["PROCESSING"]).select(
    sql<number>`greatest(0, ${running}::bigint - count(*))`.as("places"),
  );
  const rows = await unfinished(db, tenantId, ["UPLOADED"])
    .select(["id", "generation"])
    .orderBy("turn_start")
    .orderBy("id")
    .limit(places)
    .execute();
  return rows.map(({ id, generation }) => encodeJobId(id as VideoId, generation));
}

function unfinished(db: Kysely<Database>, tenantId: TenantId, statuses: readonly Unfinished[]) {
  return db
    .selectFrom("videos")
    .where("tenant_id", "=", tenantId)
    .where(
      "status",
      "in",
      // Spelled out, so that the planner sees that the partial index serves.
      statuses.map((status) => sql.lit(status)),
    );
}

import { encodeJobId, type JobId, type TenantId, type VideoId } from "@lectern/keys";
import { type Kysely, sql } from "kysely";
import type { Database } from "../db/schema.ts";

// Statuses are spelled out, so that the planner sees that the partial index serves.
const UPLOADED = sql<"UPLOADED">`'UPLOADED'`;

export async function countUnfinished(
  db: Kysely<Database>,
  tenantId: TenantId,
  statuses: readonly ("UPLOADED" | "PROCESSING")[],
): Promise<number> {
  const { count } = await db
    .selectFrom("videos")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("tenant_id", "=", tenantId)
    .where(
      "status",
      "in",
      statuses.map((status) => sql.lit(status)),
    )
    .executeTakeFirstOrThrow();
  return count;
}

/** The jobs that may begin while the tenant has at most `running` runs: the first of its line, as many as there are places. */
export async function jobsWithinLimit(db: Kysely<Database>, tenantId: TenantId, running: number): Promise<JobId[]> {
  const places = running - (await countUnfinished(db, tenantId, ["PROCESSING"]));
  if (places <= 0) return [];
  const rows = await db
    .selectFrom("videos")
    .select(["id", "generation"])
    .where("tenant_id", "=", tenantId)
    .where("status", "=", UPLOADED)
    .orderBy("turn_start")
    .orderBy("id")
    .limit(places)
    .execute();
  return rows.map(({ id, generation }) => encodeJobId(id as VideoId, generation));
}

import type { TenantId, VideoId } from "@lectern/keys";
import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { Database, VideoRow } from "../db/schema.ts";
import { costOf, nextTurn, priorityOf } from "./arithmetic.ts";

/**
 * Gives a video that was just queued by its user the turn at the end of its tenant's line. The line's lock, which the
 * caller has, makes turns of one tenant follow each other.
 */
export async function takeTurn(trx: Transaction<Database>, line: TenantLine, row: VideoRow): Promise<void> {
  const { clock, waitingUntil } = await trx
    .selectFrom("queue_clock")
    .select((clock) => [
      "virtual_time as clock",
      clock
        .selectFrom("videos")
        .select(({ fn }) => fn.max("turn_finish").as("until"))
        .where("tenant_id", "=", row.tenant_id)
        // Spelled out, so that the planner sees that the partial index serves.
        .where("status", "=", sql<"UPLOADED">`'UPLOADED'`)
        .where("id", "<>", row.id)
        .as("waitingUntil"),
    ])
    .executeTakeFirstOrThrow();
  const cost = costOfVideo(row);
  const { start, finish } = nextTurn(clock, Math.max(line.begun_until, waitingUntil ?? 0), cost, line.weight);
  await trx
    .updateTable("videos")
    .set({ turn_start: start, turn_finish: finish, urgent: false, cost, charged_at: sql<Date>`now()` })
    .where("tenant_id", "=", row.tenant_id)
    .where("id", "=", row.id)
    .execute();
}

export type TenantLine = Pick<Selectable<Database["tenant_shares"]>, "weight" | "begun_until" | "limits">;

/** The tenant's line, made where it is its first job; locked until the transaction ends. */
export async function lockTenant(trx: Transaction<Database>, tenantId: TenantId): Promise<TenantLine> {
  return trx
    .insertInto("tenant_shares")
    .values({ tenant_id: tenantId })
    .onConflict((conflict) => conflict.column("tenant_id").doUpdateSet({ weight: sql<number>`tenant_shares.weight` }))
    .returning(["weight", "begun_until", "limits"])
    .executeTakeFirstOrThrow();
}

/** What a video costs its tenant, in seconds of media. */
export function costOfVideo({ source_probe, source_size, size_bytes }: VideoRow): number {
  const said = source_probe !== null && "durationSeconds" in source_probe ? source_probe.durationSeconds : null;
  return costOf({ sizeBytes: source_size ?? size_bytes, durationSeconds: typeof said === "number" ? said : null });
}

/** Work has begun: the clock follows it, and its tenant has had this turn, whatever becomes of it. */
export async function noteBegun(
  trx: Transaction<Database>,
  { tenant_id, turn_start, turn_finish }: VideoRow,
): Promise<void> {
  await trx
    .updateTable("tenant_shares")
    .set({ begun_until: turn_finish })
    .where("tenant_id", "=", tenant_id)
    .where("begun_until", "<", turn_finish)
    .execute();
  await trx
    .updateTable("queue_clock")
    .set({ virtual_time: turn_start })
    .where("virtual_time", "<", turn_start)
    .execute();
}

/** The place in the queue that a video's turn has now; undefined where the video is gone. */
export async function readPriority(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
): Promise<number | undefined> {
  const found = await db
    .selectFrom("videos")
    .innerJoin("queue_clock", (join) => join.onTrue())
    .select(["turn_start", "priority_base"])
    .where("tenant_id", "=", tenantId)
    .where("id", "=", videoId)
    .executeTakeFirst();
  return found && priorityOf(found.turn_start, found.priority_base);
}

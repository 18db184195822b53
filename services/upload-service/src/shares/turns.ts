import type { TenantId, VideoId } from "@lectern/keys";
import { type Kysely, sql, type Transaction } from "kysely";
import type { Database, VideoRow } from "../db/schema.ts";
import { costOf, nextTurn, priorityOf } from "./arithmetic.ts";

/** Gives a video that was just queued by its user the turn at the end of its tenant's line. */
export async function takeTurn(trx: Transaction<Database>, row: VideoRow): Promise<void> {
  // Its lock makes turns of one tenant follow each other; what follows sees those that were taken before.
  const { weight, begun_until } = await lockTenant(trx, row.tenant_id as TenantId);
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
  const { start, finish } = nextTurn(clock, Math.max(begun_until, waitingUntil ?? 0), costOfVideo(row), weight);
  await trx
    .updateTable("videos")
    .set({ turn_start: start, turn_finish: finish, urgent: false })
    .where("tenant_id", "=", row.tenant_id)
    .where("id", "=", row.id)
    .execute();
}

/** The tenant's line, made where it is its first job; locked until the transaction ends. */
export async function lockTenant(
  trx: Transaction<Database>,
  tenantId: TenantId,
): Promise<{ weight: number; begun_until: number }> {
  return trx
    .insertInto("tenant_shares")
    .values({ tenant_id: tenantId })
    .onConflict((conflict) => conflict.column("tenant_id").doUpdateSet({ weight: sql<number>`tenant_shares.weight` }))
    .returning(["weight", "begun_until"])
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

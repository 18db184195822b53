import type { TenantLimits, TenantLimitsChange } from "@lectern/contracts";
import type { TenantId, VideoId } from "@lectern/keys";
import { type Kysely, sql, type Transaction } from "kysely";
import type { Database, VideoRow } from "../db/schema.ts";
import { limitsInForce } from "../limits/tenant-limits.ts";
import { lockVideo } from "../videos/repository.ts";
import { urgentTurn } from "./arithmetic.ts";
import { costOfVideo, lockTenant } from "./turns.ts";

/** Makes every process compare the queue with the turns at its next sweep. */
const revised = { revision: sql<number>`revision + 1` };

/** Sets a tenant's weight, also for what it has waiting: its line from the clock on is stretched or shrunk. */
export async function setWeight(db: Kysely<Database>, tenantId: TenantId, weight: number): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // Videos before tenants, as everywhere: a worker that begins one of them waits, and does not lock us out.
    await unfinishedOf(trx, tenantId).execute();
    const before = await lockTenant(trx, tenantId);
    const { virtual_time } = await trx
      .updateTable("queue_clock")
      .set(revised)
      .returning("virtual_time")
      .executeTakeFirstOrThrow();
    const scaled = (column: "turn_start" | "turn_finish" | "begun_until") => {
      const time = sql.ref<number>(column);
      const ahead = sql`greatest(${time} - ${virtual_time}::double precision, 0)`;
      return sql<number>`${time} + ${ahead} * ${before.weight / weight - 1}::double precision`;
    };
    await trx
      .updateTable("tenant_shares")
      .set({ weight, begun_until: scaled("begun_until") })
      .where("tenant_id", "=", tenantId)
      .execute();
    await trx
      .updateTable("videos")
      .set({ turn_start: scaled("turn_start"), turn_finish: scaled("turn_finish") })
      .where("tenant_id", "=", tenantId)
      .where("status", "in", ["UPLOADED", "PROCESSING"])
      .execute();
  });
}

/**
 * Sets a tenant's own limits; gives what is in force then. Where more may run than before, what waits is moved up to
 * the clock: a tenant that was held back has saved nothing up, and does not now go before all others.
 */
export async function setLimits(
  db: Kysely<Database>,
  tenantId: TenantId,
  own: TenantLimitsChange,
  defaults: TenantLimits,
): Promise<TenantLimits> {
  return db.transaction().execute(async (trx) => {
    await unfinishedOf(trx, tenantId).execute();
    const before = limitsInForce(defaults, (await lockTenant(trx, tenantId)).limits);
    await trx
      .updateTable("tenant_shares")
      .set({ limits: JSON.stringify(own) })
      .where("tenant_id", "=", tenantId)
      .execute();
    const after = limitsInForce(defaults, own);
    const most = (limits: TenantLimits): number => limits.running ?? Number.POSITIVE_INFINITY;
    if (most(after) > most(before)) await moveUpToClock(trx, tenantId);
    return after;
  });
}

async function moveUpToClock(trx: Transaction<Database>, tenantId: TenantId): Promise<void> {
  const { virtual_time } = await trx
    .updateTable("queue_clock")
    .set(revised)
    .returning("virtual_time")
    .executeTakeFirstOrThrow();
  const waiting = sql<boolean>`tenant_id = ${tenantId} and status = 'UPLOADED' and not urgent`;
  const { first } = await trx
    .selectFrom("videos")
    .select(({ fn }) => fn.min("turn_start").as("first"))
    .where(waiting)
    .executeTakeFirstOrThrow();
  if (first === null || first >= virtual_time) return;
  const behind = virtual_time - first;
  await trx
    .updateTable("videos")
    .set({
      turn_start: sql<number>`turn_start + ${behind}::double precision`,
      turn_finish: sql<number>`turn_finish + ${behind}::double precision`,
    })
    .where(waiting)
    .execute();
}

function unfinishedOf(trx: Transaction<Database>, tenantId: TenantId) {
  return trx
    .selectFrom("videos")
    .select("id")
    .where("tenant_id", "=", tenantId)
    .where("status", "in", ["UPLOADED", "PROCESSING"])
    .orderBy("id")
    .forUpdate();
}

export type UrgencyOutcome = { kind: "applied" | "already" | "not waiting"; row: VideoRow } | { kind: "missing" };

/** Puts a video that waits ahead of all that is not urgent. Its tenant's line stays as long as it was. */
export async function makeUrgent(db: Kysely<Database>, tenantId: TenantId, videoId: VideoId): Promise<UrgencyOutcome> {
  return db.transaction().execute(async (trx) => {
    const row = await lockVideo(trx, tenantId, videoId);
    if (row === undefined) return { kind: "missing" };
    if (row.status !== "UPLOADED") return { kind: "not waiting", row };
    if (row.urgent) return { kind: "already", row };
    const clock = await trx.updateTable("queue_clock").set(revised).returningAll().executeTakeFirstOrThrow();
    const { start, finish } = urgentTurn(clock.virtual_time, clock.urgent_until, costOfVideo(row));
    await trx.updateTable("queue_clock").set({ urgent_until: finish }).execute();
    await trx
      .updateTable("videos")
      .set({ turn_start: start, urgent: true })
      .where("tenant_id", "=", tenantId)
      .where("id", "=", row.id)
      .execute();
    return { kind: "applied", row };
  });
}

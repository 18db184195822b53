import type { JobId, TenantId, VideoId } from "@lectern/keys";
import { type Kysely, sql, type Transaction } from "kysely";
import type { Database, OutboxKind, OutboxRow } from "../db/schema.ts";

/** How long a claimed row belongs to who claimed it: far longer than a delivery takes. One that takes longer may be repeated, which does no harm. */
export const LEASE_SECONDS = 5;

const leaseEnd = sql<Date>`now() + make_interval(secs => ${LEASE_SECONDS})`;

export interface Owed {
  kind: OutboxKind;
  tenantId: TenantId;
  videoId: VideoId | null;
  jobId: JobId | null;
  generation: number;
  /** When it is due; left out, it belongs to its creator at once. */
  dueInSeconds?: number;
}

/**
 * Writes what the transaction owes. Gives what is leased to its creator, who delivers it right after the commit; what
 * is due later is nobody's yet.
 */
export async function oweDeliveries(trx: Transaction<Database>, owed: readonly Owed[]): Promise<OutboxRow[]> {
  const rows = owed.map(({ kind, tenantId, videoId, jobId, generation, dueInSeconds }) => ({
    kind,
    tenant_id: tenantId,
    video_id: videoId,
    job_id: jobId,
    generation,
    lease_until: sql<Date>`now() + make_interval(secs => ${dueInSeconds ?? LEASE_SECONDS})`,
  }));
  const written = await trx.insertInto("outbox").values(rows).returningAll().execute();
  return written.filter(({ kind }) => kind !== "sweep");
}

/** Takes up to `limit` rows that nobody holds; two callers never get the same row. */
export async function claimDue(db: Kysely<Database>, which: Claim, limit: number): Promise<OutboxRow[]> {
  return db
    .updateTable("outbox")
    .set({ lease_until: leaseEnd, tries: sql<number>`tries + 1` })
    .where("id", "in", (due) => {
      const undelivered = due
        .selectFrom("outbox")
        .select("id")
        .where("kind", "=", which.kind)
        .where("delivered_at", "is", null)
        .where("lease_until", "<=", sql<Date>`now()`);
      const wanted =
        which.of === undefined
          ? undelivered
          : undelivered.where("tenant_id", "=", which.of.tenantId).where("video_id", "=", which.of.videoId);
      // What failed was given back last and comes last: it keeps nothing else from being delivered.
      return wanted.orderBy("lease_until").orderBy("id").limit(limit).forUpdate().skipLocked();
    })
    .returningAll()
    .execute();
}

/** What to take: a kind, and where `of` is given only what is owed to that video. */
export interface Claim {
  kind: OutboxKind;
  of?: { tenantId: TenantId; videoId: VideoId };
}

export async function markDelivered(db: Kysely<Database>, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db.updateTable("outbox").set({ delivered_at: sql<Date>`now()` }).where("id", "in", idsOf(rows)).execute();
}

/** Gives leases back at once, so that anybody may deliver. */
export async function giveBack(db: Kysely<Database>, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .updateTable("outbox")
    .set({ lease_until: sql<Date>`now()` })
    .where("id", "in", idsOf(rows))
    .where("delivered_at", "is", null)
    .execute();
}

function idsOf(rows: readonly OutboxRow[]): number[] {
  return rows.map(({ id }) => id);
}

/** So few that one statement stays far below its time limit; more follow at the next call. */
const PRUNED_AT_ONCE = 20_000;

/** Drops what was delivered more than a day ago. */
export async function pruneDelivered(db: Kysely<Database>): Promise<void> {
  await db
    .deleteFrom("outbox")
    .where("id", "in", (old) =>
      old
        .selectFrom("outbox")
        .select("id")
        .where("delivered_at", "<", sql<Date>`now() - interval '1 day'`)
        .limit(PRUNED_AT_ONCE),
    )
    .execute();
}

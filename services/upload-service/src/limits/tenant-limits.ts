import type { TenantLimits, TenantLimitsChange } from "@lectern/contracts";
import type { TenantId } from "@lectern/keys";
import type { Kysely, Transaction } from "kysely";
import type { Database } from "../db/schema.ts";
import { lockTenant } from "../shares/turns.ts";
import { countUnfinished } from "./line.ts";

export const NO_LIMITS: TenantLimits = { running: null, queued: null, hours_a_day: null };

/** What holds for a tenant: its own word where it has one, `null` among them, else the default. */
export function limitsInForce(defaults: TenantLimits, own: TenantLimitsChange): TenantLimits {
  return { ...defaults, ...own };
}

/** The limits as they are now; another transaction may change them. */
export async function readLimits(
  db: Kysely<Database>,
  tenantId: TenantId,
  defaults: TenantLimits,
): Promise<TenantLimits> {
  const line = await db
    .selectFrom("tenant_shares")
    .select("limits")
    .where("tenant_id", "=", tenantId)
    .executeTakeFirst();
  return limitsInForce(defaults, line?.limits ?? {});
}

/**
 * The tenant's running limit where it is reached, else null. Where there is one the tenant's line is locked, so that no
 * other of its runs begins before the transaction ends.
 */
export async function reachedRunningLimit(
  trx: Transaction<Database>,
  tenantId: TenantId,
  defaults: TenantLimits,
): Promise<number | null> {
  if ((await readLimits(trx, tenantId, defaults)).running === null) return null;
  const { running } = limitsInForce(defaults, (await lockTenant(trx, tenantId)).limits);
  if (running === null) return null;
  return (await countUnfinished(trx, tenantId, ["PROCESSING"])) < running ? null : running;
}

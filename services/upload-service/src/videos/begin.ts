import type { TenantLimits, VideoTransition } from "@lectern/contracts";
import type { TenantId, VideoId } from "@lectern/keys";
import { sql, type Transaction } from "kysely";
import type { Database, VideoRow } from "../db/schema.ts";
import { changed, PAST_TOKENS_AND_THIS } from "../jobs/repository.ts";
import { reachedRunningLimit } from "../limits/tenant-limits.ts";
import { noteBegun } from "../shares/turns.ts";
import { CRASHES_AND_THIS, ENDED_AS_POISON, MOST_CRASHES } from "./crashes.ts";
import { lockVideo } from "./repository.ts";

export type Beginning =
  | { kind: "applied"; row: VideoRow }
  /** This token is at work already. */
  | { kind: "already"; row: VideoRow }
  /** This run broke off once too often: it ended the video. */
  | { kind: "poisoned"; row: VideoRow }
  | { kind: "stale"; row: VideoRow }
  /** The tenant has as many runs as it may: nothing was counted. */
  | { kind: "limited"; most: number }
  | { kind: "gone" };

/**
 * A worker says `processing`. A new token is a new attempt; if the run before it never handed its work back, it crashed.
 * A token that was superseded or handed back before begins nothing, however late its call arrives.
 */
export async function beginRun(
  trx: Transaction<Database>,
  tenantId: TenantId,
  videoId: VideoId,
  { generation, run_token }: Extract<VideoTransition, { transition: "processing" }>,
  defaults: TenantLimits,
): Promise<Beginning> {
  // Locked, so that what is decided here still holds when it is written.
  const seen = await lockVideo(trx, tenantId, videoId);
  if (seen === undefined) return { kind: "gone" };
  const waits = seen.status === "UPLOADED";
  if (seen.generation !== generation || !(waits || seen.status === "PROCESSING")) return { kind: "stale", row: seen };
  if (seen.run_token === run_token) return { kind: "already", row: seen };
  if (seen.past_tokens.includes(run_token)) return { kind: "stale", row: seen };
  // Work that is taken up again has its place already.
  const most = waits ? await reachedRunningLimit(trx, tenantId, defaults) : null;
  if (most !== null) return { kind: "limited", most };
  const brokeOff = seen.run_token !== null && seen.crashes >= MOST_CRASHES - 1;
  const row = await trx
    .updateTable("videos")
    .set(
      brokeOff
        ? ENDED_AS_POISON
        : {
            ...changed,
            status: "PROCESSING",
            attempt: sql<number>`attempt + 1`,
            crashes: CRASHES_AND_THIS,
            past_tokens: PAST_TOKENS_AND_THIS,
            run_token,
            started_at: sql<Date>`coalesce(started_at, now())`,
          },
    )
    .where("tenant_id", "=", tenantId)
    .where("id", "=", videoId)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (brokeOff) return { kind: "poisoned", row };
  await noteBegun(trx, row);
  return { kind: "applied", row };
}

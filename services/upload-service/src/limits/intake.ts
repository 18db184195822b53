import type { TenantLimits } from "@lectern/contracts";
import type { TenantId, VideoId } from "@lectern/keys";
import { ProblemError } from "@lectern/service-kit";
import { type Kysely, sql } from "kysely";
import type { Database } from "../db/schema.ts";
import { countUnfinished } from "./line.ts";

/** A limit that keeps a video from being queued. */
export type Exceeded =
  | { limit: "queued"; most: number }
  | { limit: "hours_a_day"; most: number; freeInSeconds: number };

const RETRY_AFTER_SECONDS = 30;

/**
 * Whether the tenant may queue `videoId` now. That is decided where the caller holds the lock of the tenant's line, so
 * that of two uploads at once only one takes the last place; without it the answer is only worth a look beforehand. The hours are refused once they are used up: the last file may go beyond them, or
 * one that is longer than the limit could never be taken.
 */
export async function exceededLimit(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
  limits: TenantLimits,
): Promise<Exceeded | undefined> {
  if (limits.queued !== null && (await countUnfinished(db, tenantId, ["UPLOADED", "PROCESSING"])) >= limits.queued)
    return { limit: "queued", most: limits.queued };
  if (limits.hours_a_day === null) return undefined;
  const freeInSeconds = await secondsUntilFree(db, tenantId, videoId, limits.hours_a_day * 3_600);
  return freeInSeconds === undefined ? undefined : { limit: "hours_a_day", most: limits.hours_a_day, freeInSeconds };
}

/** Undefined while less than `most` seconds of media were taken in the last 24 hours, `videoId` itself not counted. */
async function secondsUntilFree(
  db: Kysely<Database>,
  tenantId: TenantId,
  videoId: VideoId,
  most: number,
): Promise<number | undefined> {
  const taken = db
    .selectFrom("videos")
    .select([
      sql<number>`extract(epoch from charged_at + interval '24 hours' - now())::double precision`.as("free_in"),
      sql<number>`sum(cost) over (order by charged_at desc, id desc)`.as("with_later"),
    ])
    .where("tenant_id", "=", tenantId)
    .where("id", "<>", videoId)
    .where("charged_at", ">", sql<Date>`now() - interval '24 hours'`);
  // The last file with which the hours are used up: once that has left the 24 hours, there is room again.
  const last = await db
    .selectFrom(taken.as("taken"))
    .select("free_in")
    .where("with_later", ">=", most)
    .orderBy("free_in", "desc")
    .limit(1)
    .executeTakeFirst();
  return last === undefined ? undefined : Math.max(1, Math.ceil(last.free_in));
}

/** @param whatStays what the caller is told of the state that the video keeps */
export function limitProblem(exceeded: Exceeded, whatStays: string): ProblemError {
  if (exceeded.limit === "queued")
    return new ProblemError(
      "TENANT_QUEUE_FULL",
      `${exceeded.most} videos wait or are at work, which is the limit. ${whatStays} Call this again when one of them is done or cancelled.`,
      { retryAfter: RETRY_AFTER_SECONDS },
    );
  return new ProblemError(
    "TENANT_DAILY_LIMIT",
    `${exceeded.most} hours of media were taken in the last 24 hours, which is the limit. ${whatStays} Call this again after the time that Retry-After says.`,
    { retryAfter: exceeded.freeInSeconds },
  );
}

import { type Kysely, sql } from "kysely";
import type { Database, JobRow, VideoRow } from "../db/schema.ts";
import type { StatusRepair } from "../outbox/repair.ts";

const PAGE = 500;
/** Few enough that none of them waits for the others longer than a write may wait for Redis, on a busy machine too. */
const AT_ONCE = 50;
/** A slow moment of Redis costs a few writes, not all that was written before. */
const TRIES = 3;

// Spelled out, so that the planner sees that the partial indexes serve.
const UNFINISHED_VIDEO = sql<"UPLOADED" | "PROCESSING">`('UPLOADED', 'PROCESSING')`;
const UNFINISHED_JOB = sql<"PENDING" | "RUNNING">`('PENDING', 'RUNNING')`;

/**
 * Which statuses to write again: all of them, or only those of unfinished work and of what changed lately. `deletedToo`:
 * those of what was deleted lately are taken out again, since older data may have brought them back.
 */
export type Extent = { all: true } | { changedWithinSeconds: number; deletedToo?: boolean };

/**
 * Writes statuses as the database has them; what Redis has already, or newer, stays as it is. Newest rows first: they
 * are the ones that somebody watches.
 */
export async function rebuildStatuses(
  db: Kysely<Database>,
  repair: StatusRepair,
  extent: Extent,
  signal: AbortSignal,
): Promise<number> {
  let written = 0;
  for await (const page of videoPages(db, extent, "there")) {
    signal.throwIfAborted();
    await writeAll(page, (row) => repair.video(row));
    written += page.length;
  }
  if ("deletedToo" in extent && extent.deletedToo === true)
    for await (const page of videoPages(db, extent, "deleted")) {
      signal.throwIfAborted();
      await writeAll(page, (row) => repair.deleted(row));
      written += page.length;
    }
  for await (const page of jobPages(db, extent)) {
    signal.throwIfAborted();
    await writeAll(page, (row) => repair.job(row));
    written += page.length;
  }
  return written;
}

/** @throws what Redis throws that is still away after a few tries */
async function writeAll<T>(rows: readonly T[], write: (row: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < rows.length; start += AT_ONCE) {
    let left = rows.slice(start, start + AT_ONCE);
    for (let tries = 1; left.length > 0; tries += 1) {
      const outcomes = await Promise.allSettled(left.map(write));
      const failed = outcomes.flatMap((outcome, index) => (outcome.status === "rejected" ? [index] : []));
      const first = outcomes[failed[0] ?? -1];
      if (first?.status === "rejected" && tries === TRIES) throw first.reason;
      left = left.filter((_, index) => failed.includes(index));
    }
  }
}

const since = (seconds: number) => sql<Date>`now() - make_interval(secs => ${seconds})`;

async function* videoPages(
  db: Kysely<Database>,
  extent: Extent,
  which: "there" | "deleted",
): AsyncGenerator<VideoRow[]> {
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    let query = db
      .selectFrom("videos")
      .selectAll()
      .where("status", "<>", "PENDING")
      .where("deleted_at", which === "there" ? "is" : "is not", null)
      .where("id", "<", before);
    if (!("all" in extent))
      query = query.where(({ or, eb }) =>
        or([eb("status", "in", UNFINISHED_VIDEO), eb("updated_at", ">", since(extent.changedWithinSeconds))]),
      );
    const page = await query.orderBy("id", "desc").limit(PAGE).execute();
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    before = last.id;
  }
}

async function* jobPages(db: Kysely<Database>, extent: Extent): AsyncGenerator<JobRow[]> {
  let after: Pick<JobRow, "tenant_id" | "job_id"> = { tenant_id: 0, job_id: "" };
  for (;;) {
    let query = db
      .selectFrom("jobs")
      .selectAll()
      .where(sql<boolean>`(tenant_id, job_id) > (${after.tenant_id}, ${after.job_id})`);
    if (!("all" in extent))
      query = query.where(({ or, eb }) =>
        or([eb("status", "in", UNFINISHED_JOB), eb("updated_at", ">", since(extent.changedWithinSeconds))]),
      );
    const page = await query.orderBy("tenant_id").orderBy("job_id").limit(PAGE).execute();
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last;
  }
}

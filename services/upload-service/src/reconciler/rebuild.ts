import { type Kysely, sql } from "kysely";
import type { Database, JobRow, VideoRow } from "../db/schema.ts";
import type { StatusRepair } from "../outbox/repair.ts";

const PAGE = 500;

// Spelled out, so that the planner sees that the partial indexes serve.
const UNFINISHED_VIDEO = sql<"UPLOADED" | "PROCESSING">`('UPLOADED', 'PROCESSING')`;
const UNFINISHED_JOB = sql<"PENDING" | "RUNNING">`('PENDING', 'RUNNING')`;

/** Which statuses to write again: all of them, or only those of unfinished work and of what changed lately. */
export type Extent = { all: true } | { changedWithinSeconds: number };

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
  for await (const page of videoPages(db, extent)) {
    signal.throwIfAborted();
    await Promise.all(page.map((row) => repair.video(row)));
    written += page.length;
  }
  for await (const page of jobPages(db, extent)) {
    signal.throwIfAborted();
    await Promise.all(page.map((row) => repair.job(row)));
    written += page.length;
  }
  return written;
}

const since = (seconds: number) => sql<Date>`now() - make_interval(secs => ${seconds})`;

async function* videoPages(db: Kysely<Database>, extent: Extent): AsyncGenerator<VideoRow[]> {
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    let query = db
      .selectFrom("videos")
      .selectAll()
      .where("status", "<>", "PENDING")
      .where("deleted_at", "is", null)
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

import type { Kysely } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import * as videosJobsOutbox from "./migrations/0001-videos-jobs-outbox.ts";
import * as unfinished from "./migrations/0002-unfinished.ts";
import * as deletion from "./migrations/0003-deletion.ts";
import * as fairShares from "./migrations/0004-fair-shares.ts";
import * as changedLately from "./migrations/0005-changed-lately.ts";
import * as pastTokensPendingSince from "./migrations/0006-past-tokens-pending-since.ts";
import * as tenantLimits from "./migrations/0007-tenant-limits.ts";
import * as encodeCosts from "./migrations/0008-encode-costs.ts";
import * as multipartUploads from "./migrations/0009-multipart-uploads.ts";
import * as playback from "./migrations/0010-playback.ts";
import type { Database } from "./schema.ts";

/** In the order of their names; a name that has run somewhere is never changed. */
const MIGRATIONS: Record<string, Migration> = {
  "0001-videos-jobs-outbox": videosJobsOutbox,
  "0002-unfinished": unfinished,
  "0003-deletion": deletion,
  "0004-fair-shares": fairShares,
  "0005-changed-lately": changedLately,
  "0006-past-tokens-pending-since": pastTokensPendingSince,
  "0007-tenant-limits": tenantLimits,
  "0008-encode-costs": encodeCosts,
  "0009-multipart-uploads": multipartUploads,
  "0010-playback": playback,
};

/**
 * Brings the schema up to date and gives the names of the migrations that ran. Several processes may start at once:
 * kysely takes a lock in the database, so one migrates and the others wait for it.
 * @throws the first migration's error; PostgreSQL undoes a failed run whole
 */
export async function migrate(db: Kysely<Database>): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return (results ?? []).map((result) => result.migrationName);
}

import type { VideoErrorCode } from "@lectern/contracts";
import { sql } from "kysely";
import { changed } from "../jobs/repository.ts";

/** A file that ended its worker this often without a word is not tried again. */
export const MOST_CRASHES = 3;

/** A run that never handed its work back crashed; one that did has no token any more. */
export const CRASHES_AND_THIS = sql<number>`crashes + case when run_token is null then 0 else 1 end`;

/** What the crash that was one too many makes of a row. */
export const ENDED_AS_POISON = {
  ...changed,
  status: "FAILED" as const,
  crashes: sql<number>`crashes + 1`,
  error_code: "POISON" satisfies VideoErrorCode,
  finished_at: changed.updated_at,
};

import { EncodeCost, type LearnedCost } from "@lectern/contracts";
import type { Kysely } from "kysely";
import { Value } from "typebox/value";
import { toJsonb } from "../db/json.ts";
import type { Database } from "../db/schema.ts";
import { learn } from "./learn.ts";

/** Of each kind of file on each sort of machine: what is older than the last so many runs teaches nothing. */
const KEPT_OF_KIND = 40;
/** Whatever kinds and machines there have been. */
const KEPT = 5_000;
/** What a forecast is learned from; the kinds that came lately are the ones that come next. */
const READ = 400;

/**
 * Keeps what an encode took. What is no cost is left out: false. @throws what the database throws; nothing depends on
 * the cost being kept
 */
export async function keepCost(db: Kysely<Database>, reported: unknown): Promise<boolean> {
  if (!Value.Check(EncodeCost, reported)) return false;
  const { facts, kind, profile, steps } = reported;
  const { id } = await db
    .insertInto("encode_costs")
    .values({
      profile,
      kind,
      media_seconds: Math.max(0, facts.mediaSeconds ?? 0),
      total_seconds: steps.reduce((sum, { seconds }) => sum + seconds, 0),
      facts: toJsonb(facts) ?? "{}",
      steps: toJsonb(steps) ?? "[]",
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await db
    .deleteFrom("encode_costs")
    .where(({ eb, or, selectFrom }) =>
      or([
        eb("id", "<=", id - KEPT),
        eb(
          "id",
          "in",
          selectFrom("encode_costs")
            .select("id")
            .where("profile", "=", profile)
            .where("kind", "=", kind)
            .orderBy("id", "desc")
            .offset(KEPT_OF_KIND),
        ),
      ]),
    )
    .execute();
  return true;
}

/** What finished runs of the profile teach. @throws what the database throws */
export async function learnedCosts(db: Kysely<Database>, profile: string): Promise<LearnedCost[]> {
  const rows = await db
    .selectFrom("encode_costs")
    .select(["kind", "steps"])
    .where("profile", "=", profile)
    .orderBy("id", "desc")
    .limit(READ)
    .execute();
  return learn(rows);
}

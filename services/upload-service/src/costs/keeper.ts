import type { EncodeForecast, VideoTransition } from "@lectern/contracts";
import { type Logger, seldom } from "@lectern/service-kit";
import type { Kysely } from "kysely";
import type { Database, VideoRow } from "../db/schema.ts";
import { keepCost, learnedCosts } from "./repository.ts";

/** What workers forecast from. An aid: whatever fails here is logged, and no transition fails for it. */
export interface Costs {
  /** What a worker that begins is told; undefined where it did not ask, or nothing can be said. */
  forecastFor(row: VideoRow, transition: VideoTransition): Promise<EncodeForecast | undefined>;
  /** Keeps what a run that is READY took. */
  keep(transition: VideoTransition): Promise<void>;
}

export function createCosts(db: Kysely<Database>, logger: Logger): Costs {
  let lastError: unknown;
  const logFault = seldom((extra) =>
    logger.warn({ err: lastError, ...extra }, "costs of encodes cannot be kept or read"),
  );

  async function aid<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      lastError = error;
      logFault();
      return undefined;
    }
  }

  return {
    async forecastFor({ size_bytes, source_probe, source_size }, transition) {
      if (transition.transition !== "processing" || transition.profile === undefined) return undefined;
      const learned = await aid(learnedCosts(db, transition.profile));
      return { size_bytes: source_size ?? size_bytes, probe: source_probe, learned: learned ?? [] };
    },
    async keep(transition) {
      if (transition.transition !== "ready" || transition.cost === undefined || transition.cost === null) return;
      const kept = await aid(keepCost(db, transition.cost));
      if (kept === false) logger.warn("a worker reported a cost that is none");
    },
  };
}

import type { TenantLimits } from "@lectern/contracts";
import type { ObjectStore } from "@lectern/object-store";
import type { Logger } from "@lectern/service-kit";
import type { Kysely } from "kysely";
import type { Costs } from "./costs/keeper.ts";
import type { Database } from "./db/schema.ts";
import type { Admission } from "./limits/admission.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { StatusRepair } from "./outbox/repair.ts";
import type { Player } from "./playback/playback.ts";
import type { PosterUrl } from "./playback/posters.ts";
import type { EncodeQueue } from "./queue.ts";
import type { SourceProber } from "./videos/probe-source.ts";

export interface InternalDeps {
  db: Kysely<Database>;
  outbox: Outbox;
  admission: Admission;
  costs: Costs;
  /** What holds for a tenant that has no word of its own. */
  tenantLimits: TenantLimits;
}

export interface PublicDeps extends InternalDeps {
  store: ObjectStore;
  probeSource: SourceProber;
  queue: EncodeQueue;
  repair: StatusRepair;
  player: Player;
  posterUrl: PosterUrl;
  limits: { maxUploadBytes: number; uploadUrlSeconds: number; uploadPartBytes: number };
  logger: Logger;
}

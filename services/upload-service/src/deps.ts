import type { ObjectStore } from "@lectern/object-store";
import type { Logger } from "@lectern/service-kit";
import type { Kysely } from "kysely";
import type { Database, VideoRow } from "./db/schema.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { SourceProber } from "./videos/probe-source.ts";

export interface InternalDeps {
  db: Kysely<Database>;
  outbox: Outbox;
}

export interface PublicDeps extends InternalDeps {
  store: ObjectStore;
  probeSource: SourceProber;
  /** Writes the row's status to Redis unless it has it already; a Redis that is away is no error. */
  repairStatus: (row: VideoRow) => Promise<void>;
  limits: { maxUploadBytes: number; uploadUrlSeconds: number };
  logger: Logger;
}

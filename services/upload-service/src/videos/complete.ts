import { reasonFor, type TenantLimits } from "@lectern/contracts";
import { sourceObjectKey, type TenantId, type VideoId } from "@lectern/keys";
import type { ObjectStore } from "@lectern/object-store";
import { type Logger, ProblemError } from "@lectern/service-kit";
import type { Kysely } from "kysely";
import type { Database, OutboxRow, VideoRow } from "../db/schema.ts";
import { exceededLimit, limitProblem } from "../limits/intake.ts";
import { readLimits } from "../limits/tenant-limits.ts";
import { requireWhole } from "../multipart/complete.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { confirmUpload } from "./confirm.ts";
import type { Language } from "./mapper.ts";
import type { SourceProber } from "./probe-source.ts";
import { notPending, videoNotFound } from "./refusals.ts";
import { awaitUploadAnew, findVideo } from "./repository.ts";
import { HEAD_LIMIT_MS, storeProblem } from "./store-problem.ts";

export interface CompleteDeps {
  db: Kysely<Database>;
  store: ObjectStore;
  outbox: Outbox;
  probeSource: SourceProber;
  maxUploadBytes: number;
  tenantLimits: TenantLimits;
  logger: Logger;
}

const RETRY_AFTER_SECONDS = 2;
const STAYS_PENDING = "The file is kept and the video stays PENDING: nothing is lost.";

/**
 * "Upload complete": checks the object, confirms the upload in one transaction, and has the job in the queue before it
 * returns. Until that transaction the row stays PENDING and the call may be repeated; after it nothing can be lost.
 * @throws ProblemError for every refusal
 */
export async function completeUpload(
  deps: CompleteDeps,
  tenantId: TenantId,
  videoId: VideoId,
  language: Language = "ko",
): Promise<VideoRow> {
  const row = await findVideo(deps.db, tenantId, videoId);
  if (row === undefined) throw videoNotFound(videoId);
  if (row.status !== "PENDING") return deliverOwed(deps, row);

  const object = await headSource(deps, tenantId, videoId);
  await requireWhole(deps, row, object);
  await refuseAtLimit(deps, tenantId, videoId);
  const verdict = await deps.probeSource(sourceObjectKey(tenantId, videoId), object.etag);
  if (verdict.kind === "not_media") {
    deps.logger.info({ tenantId, videoId, detail: verdict.detail }, "source is no medium");
    const reason = reasonFor("SOURCE_UNREADABLE");
    throw new ProblemError("SOURCE_UNREADABLE", reason.en, { members: { error_reason: reason[language] } });
  }

  const probe = verdict.kind === "media" ? verdict.info : null;
  const source = { etag: object.etag, size: object.size, probe };
  const confirmed = await confirmUpload(deps.db, tenantId, videoId, source, deps.tenantLimits);
  if (confirmed.kind === "limited") throw limitProblem(confirmed.exceeded, STAYS_PENDING);
  if (confirmed.kind === "not pending") {
    const present = await findVideo(deps.db, tenantId, videoId);
    throw present === undefined ? videoNotFound(videoId) : notPending(present);
  }
  const { failed } = await deps.outbox.deliver(confirmed.owed);
  refuseIfNotEnqueued(deps.logger, confirmed.row, failed);
  return confirmed.row;
}

/** Before the file is looked into, which is what the call costs: repeated at a full limit it is to be cheap. */
async function refuseAtLimit(deps: CompleteDeps, tenantId: TenantId, videoId: VideoId): Promise<void> {
  const limits = await readLimits(deps.db, tenantId, deps.tenantLimits);
  const exceeded = await exceededLimit(deps.db, tenantId, videoId, limits);
  if (exceeded === undefined) return;
  // The file is there: it is not to be given up for want of room.
  await awaitUploadAnew(deps.db, tenantId, videoId);
  throw limitProblem(exceeded, STAYS_PENDING);
}

/** A confirmed upload whose job never reached the queue: the call delivers it, unless somebody else is just doing so. */
async function deliverOwed(deps: CompleteDeps, row: VideoRow): Promise<VideoRow> {
  if (row.status !== "UPLOADED") throw notPending(row);
  const of = { tenantId: row.tenant_id as TenantId, videoId: row.id as VideoId };
  const { taken, failed } = await deps.outbox.deliverDue({ kind: "enqueue", of });
  if (taken === 0) throw notPending(row);
  refuseIfNotEnqueued(deps.logger, row, failed);
  return row;
}

export function refuseIfNotEnqueued(logger: Logger, row: VideoRow, failed: readonly OutboxRow[]): void {
  if (!failed.some(({ kind }) => kind === "enqueue")) return;
  logger.error(
    { event: "VIDEO_UPLOAD_ENQUEUE_FAILED", tenantId: row.tenant_id, videoId: row.id, generation: row.generation },
    "the upload is confirmed, the queue cannot be reached: the job is added as soon as it can",
  );
  throw new ProblemError(
    "VIDEO_UPLOAD_ENQUEUE_FAILED",
    "The upload is confirmed and nothing is lost: encoding starts by itself as soon as the queue is back. There is nothing to repeat.",
    { retryAfter: RETRY_AFTER_SECONDS, members: { current_status: "UPLOADED" } },
  );
}

async function headSource(
  deps: CompleteDeps,
  tenantId: TenantId,
  videoId: VideoId,
): Promise<{ size: number; etag: string }> {
  const key = sourceObjectKey(tenantId, videoId);
  try {
    const signal = AbortSignal.timeout(HEAD_LIMIT_MS);
    const object = await deps.store.head(key, { signal });
    if (object.kind === "missing" || object.size === 0)
      throw new ProblemError(
        "SOURCE_MISSING",
        "The store has no file for this video, or an empty one: PUT the file first, then call this again.",
      );
    if (object.size > deps.maxUploadBytes) {
      await deps.store.delete([key], { signal });
      throw new ProblemError(
        "SOURCE_TOO_LARGE",
        `The file has ${object.size} bytes, at most ${deps.maxUploadBytes} are taken. It was removed: upload a smaller one.`,
      );
    }
    return object;
  } catch (error) {
    throw storeProblem(error);
  }
}

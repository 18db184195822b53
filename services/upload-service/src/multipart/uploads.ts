import type { MultipartUpload, SignedPart, UploadedPart } from "@lectern/contracts";
import { sourceObjectKey, type TenantId, type VideoId } from "@lectern/keys";
import type { ObjectStore } from "@lectern/object-store";
import { ProblemError } from "@lectern/service-kit";
import type { Kysely } from "kysely";
import type { Database, MultipartRow, VideoRow } from "../db/schema.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { oweDeliveries } from "../outbox/repository.ts";
import { notPending, videoNotFound } from "../videos/refusals.ts";
import { awaitUploadAnew, findVideo, lockVideo } from "../videos/repository.ts";
import { storeProblem } from "../videos/store-problem.ts";
import { planParts, sizeOfPart } from "./plan.ts";
import { noneOpen, open } from "./refusals.ts";
import { findCurrent, giveUpUpload, insertUpload, listParts, putParts } from "./repository.ts";

export interface MultipartDeps {
  db: Kysely<Database>;
  store: ObjectStore;
  outbox: Pick<Outbox, "wake">;
  limits: { uploadUrlSeconds: number; uploadPartBytes: number };
}

/** R2 drops an unfinished upload 7 days after it was begun: one that is nearly so old is not gone on with. */
const MOST_AGE_MS = 6 * 24 * 60 * 60 * 1000;

/** Opens an upload in parts, or gives the one that is open, so that a browser goes on after a reload. */
export async function openUpload(
  deps: MultipartDeps,
  tenantId: TenantId,
  videoId: VideoId,
): Promise<{ begun: boolean; upload: MultipartUpload }> {
  const video = await awaited(deps.db, tenantId, videoId);
  const current = await findCurrent(deps.db, tenantId, videoId);
  if (current !== undefined) {
    const age = Date.now() - current.created_at.getTime();
    if (current.state === "assembled" || age < MOST_AGE_MS)
      return { begun: false, upload: await shown(deps.db, current) };
    await giveUp(deps, current);
  }
  const upload = await begin(deps, tenantId, video);
  if (upload !== undefined) return { begun: true, upload: await shown(deps.db, upload) };
  // Another tab was first, or the video no longer waits. What that tab began may be given up again by now.
  return openUpload(deps, tenantId, videoId);
}

/** Undefined where another call was first; what was begun for this one is then owed to be dropped. */
async function begin(deps: MultipartDeps, tenantId: TenantId, video: VideoRow): Promise<MultipartRow | undefined> {
  const { db, limits, store } = deps;
  const videoId = video.id as VideoId;
  const key = sourceObjectKey(tenantId, videoId);
  const plan = planParts(video.size_bytes, limits.uploadPartBytes);
  const uploadId = await store.multipart.create(key, { contentType: video.content_type }).catch((error: unknown) => {
    throw storeProblem(error);
  });
  const upload = { ...plan, uploadId, sizeBytes: video.size_bytes };
  try {
    return await db.transaction().execute(async (trx) => {
      const pending = (await lockVideo(trx, tenantId, videoId))?.status === "PENDING";
      const inserted = pending ? await insertUpload(trx, tenantId, videoId, upload) : undefined;
      if (inserted !== undefined) return inserted;
      await insertUpload(trx, tenantId, videoId, upload, "given_up");
      await oweDrop(trx, tenantId, videoId);
      return undefined;
    });
  } catch (error) {
    // Not written down, it would be found by the sweeps after a deletion alone.
    await store.multipart.abort(key, uploadId).catch(() => undefined);
    throw error;
  }
}

/** The upload with what was recorded of it. @throws ProblemError where none is open */
export async function showUpload(db: Kysely<Database>, tenantId: TenantId, videoId: VideoId): Promise<MultipartUpload> {
  const video = await findVideo(db, tenantId, videoId);
  if (video === undefined) throw videoNotFound(videoId);
  if (video.status !== "PENDING") throw notPending(video);
  const current = await findCurrent(db, tenantId, videoId);
  if (current === undefined) throw noneOpen();
  return shown(db, current);
}

/** Addresses for parts, each for exactly the bytes that the part has. */
export async function signParts(
  deps: MultipartDeps,
  tenantId: TenantId,
  videoId: VideoId,
  { uploadId, numbers }: { uploadId: string; numbers: readonly number[] },
): Promise<SignedPart[]> {
  await awaited(deps.db, tenantId, videoId);
  const upload = open(await findCurrent(deps.db, tenantId, videoId), uploadId);
  const key = sourceObjectKey(tenantId, videoId);
  const expiresSeconds = deps.limits.uploadUrlSeconds;
  const expires_at = new Date(Date.now() + expiresSeconds * 1000).toISOString();
  return Promise.all(
    [...new Set(numbers)].map(async (partNumber): Promise<SignedPart> => {
      const sizeBytes = sizeOf(upload, partNumber);
      const url = await deps.store.presignPart(key, { uploadId, partNumber, sizeBytes }, { expiresSeconds });
      return { part_number: partNumber, method: "PUT", url, headers: {}, expires_at };
    }),
  );
}

/** Keeps what the store took, so that a browser goes on after a reload. */
export async function recordParts(
  deps: MultipartDeps,
  tenantId: TenantId,
  videoId: VideoId,
  { uploadId, parts }: { uploadId: string; parts: readonly UploadedPart[] },
): Promise<MultipartUpload> {
  await awaited(deps.db, tenantId, videoId);
  const upload = open(await findCurrent(deps.db, tenantId, videoId), uploadId);
  await keepParts(deps.db, upload, parts);
  return shown(deps.db, upload);
}

/** Gives the upload up: the store is told to drop its parts, at once or as soon as it can be reached. Also fine with one that is gone. */
export async function abortUpload(
  deps: MultipartDeps,
  tenantId: TenantId,
  videoId: VideoId,
  uploadId: string,
): Promise<void> {
  const video = await findVideo(deps.db, tenantId, videoId);
  if (video === undefined) throw videoNotFound(videoId);
  const current = await findCurrent(deps.db, tenantId, videoId);
  // An older one was given up before.
  if (current?.upload_id === uploadId) await giveUp(deps, current);
}

/** @throws ProblemError PART_INVALID, MULTIPART_NOT_FOUND where the upload was given up meanwhile */
export async function keepParts(
  db: Kysely<Database>,
  upload: MultipartRow,
  parts: readonly UploadedPart[],
): Promise<void> {
  for (const { part_number, size_bytes } of parts) {
    const expected = sizeOf(upload, part_number);
    if (size_bytes !== expected)
      throw new ProblemError("PART_INVALID", `Part ${part_number} has ${expected} bytes, not ${size_bytes}.`);
  }
  if (!(await db.transaction().execute((trx) => putParts(trx, upload, parts)))) throw noneOpen();
}

export async function giveUp(
  { db, outbox }: Pick<MultipartDeps, "db" | "outbox">,
  upload: MultipartRow,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (await giveUpUpload(trx, upload)) await oweDrop(trx, upload.tenant_id as TenantId, upload.video_id as VideoId);
  });
  outbox.wake();
}

/** The sweep of a video drops, among others, the uploads that are owed to be dropped. */
export async function oweDrop(
  trx: Parameters<typeof oweDeliveries>[0],
  tenantId: TenantId,
  videoId: VideoId,
): Promise<void> {
  await oweDeliveries(trx, [{ kind: "sweep", tenantId, videoId, jobId: null, generation: 0, dueInSeconds: 0 }]);
}

/** The PENDING row; its wait for an upload counts from now on. @throws ProblemError */
export async function awaited(db: Kysely<Database>, tenantId: TenantId, videoId: VideoId): Promise<VideoRow> {
  const video = await awaitUploadAnew(db, tenantId, videoId);
  if (video === undefined) throw await whyNotPending(db, tenantId, videoId);
  return video;
}

async function whyNotPending(db: Kysely<Database>, tenantId: TenantId, videoId: VideoId): Promise<ProblemError> {
  const present = await findVideo(db, tenantId, videoId);
  return present === undefined ? videoNotFound(videoId) : notPending(present);
}

function sizeOf(upload: MultipartRow, partNumber: number): number {
  const size = sizeOfPart(upload, partNumber);
  if (size === undefined)
    throw new ProblemError("PART_INVALID", `There is no part ${partNumber}: the file has ${upload.part_count}.`);
  return size;
}

async function shown(db: Kysely<Database>, upload: MultipartRow): Promise<MultipartUpload> {
  const parts = await listParts(db, upload);
  return {
    upload_id: upload.upload_id,
    part_size: upload.part_size,
    part_count: upload.part_count,
    size_bytes: upload.size_bytes,
    parts: parts.map(({ part_number, size_bytes, etag }) => ({ part_number, size_bytes, etag })),
  };
}

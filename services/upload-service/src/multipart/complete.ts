import type { CompletedMultipart, UploadedPart } from "@lectern/contracts";
import { sourceObjectKey, type TenantId, type VideoId } from "@lectern/keys";
import type { AssemblyOutcome, ObjectStore } from "@lectern/object-store";
import { ProblemError } from "@lectern/service-kit";
import type { MultipartRow, PartRow, VideoRow } from "../db/schema.ts";
import { HEAD_LIMIT_MS, storeProblem } from "../videos/store-problem.ts";
import { isAssembled, type StoredObject, whatIsWrong } from "./integrity.ts";
import { missingParts } from "./plan.ts";
import { named, partsMissing, superseded } from "./refusals.ts";
import { findCurrent, forgetParts, listParts, markAssembled } from "./repository.ts";
import { awaited, giveUp, keepParts, type MultipartDeps } from "./uploads.ts";

/**
 * Assembles the parts. May be repeated, also by two at once, and after an answer that was lost: then the store no longer
 * knows the upload, and the object itself tells. The video stays PENDING: confirming it is another call.
 * @throws ProblemError for every refusal
 */
export async function completeUploadInParts(
  deps: MultipartDeps,
  tenantId: TenantId,
  videoId: VideoId,
  { uploadId, parts = [] }: { uploadId: string; parts?: readonly UploadedPart[] | undefined },
): Promise<CompletedMultipart> {
  const video = await awaited(deps.db, tenantId, videoId);
  const upload = named(await findCurrent(deps.db, tenantId, videoId), uploadId);
  if (upload.state === "assembled" && upload.etag !== null)
    return { id: videoId, size_bytes: upload.size_bytes, etag: upload.etag };

  await keepParts(deps.db, upload, parts);
  const recorded = await listParts(deps.db, upload);
  const missing = missingParts(upload, recorded);
  if (missing.length > 0) throw partsMissing(missing);
  try {
    const outcome = await assemble(deps.store, upload, recorded);
    if (outcome.kind === "refused") throw await afterRefusal(deps, upload, recorded);
    const object = await settle(deps, video, upload, recorded, outcome);
    return { id: videoId, size_bytes: object.size, etag: object.etag };
  } catch (error) {
    throw storeProblem(error);
  }
}

function keyOf(upload: MultipartRow): string {
  return sourceObjectKey(upload.tenant_id as TenantId, upload.video_id as VideoId);
}

function assemble(store: ObjectStore, upload: MultipartRow, recorded: readonly PartRow[]): Promise<AssemblyOutcome> {
  const parts = recorded.map(({ part_number, etag }) => ({ partNumber: part_number, etag }));
  return store.multipart.complete(keyOf(upload), upload.upload_id, parts);
}

/** The object as the store has it now; what is not the whole file is refused. */
async function settle(
  deps: MultipartDeps,
  video: VideoRow,
  upload: MultipartRow,
  recorded: readonly PartRow[],
  outcome: Exclude<AssemblyOutcome, { kind: "refused" }>,
): Promise<StoredObject> {
  const object = await deps.store.head(keyOf(upload), { signal: AbortSignal.timeout(HEAD_LIMIT_MS) });
  if (outcome.kind === "missing" && (object.kind === "missing" || !isAssembled(object))) {
    await giveUp(deps, upload);
    throw superseded("The store no longer has this upload: begin a new one.");
  }
  const told = outcome.kind === "assembled" ? outcome.etag : null;
  const wrong =
    object.kind === "missing"
      ? "it is not there"
      : whatIsWrong(object, video.size_bytes, { ...upload, etag: told }, recorded);
  if (object.kind === "missing" || wrong !== null) {
    await giveUp(deps, upload);
    throw mismatch(wrong ?? "");
  }
  await markAssembled(deps.db, upload, object.etag);
  return object;
}

/** The store does not have some parts as they were recorded: those are forgotten, and are to be sent again. */
async function afterRefusal(
  deps: MultipartDeps,
  upload: MultipartRow,
  recorded: readonly PartRow[],
): Promise<ProblemError> {
  const stored = await deps.store.multipart.listParts(keyOf(upload), upload.upload_id);
  const etags = new Map(stored.kind === "listed" ? stored.parts.map((part) => [part.partNumber, part.etag]) : []);
  const numbers = recorded.flatMap(({ part_number, etag }) => (etags.get(part_number) === etag ? [] : [part_number]));
  // Where the store does not say which, all of them.
  const wrong = numbers.length > 0 ? numbers : recorded.map(({ part_number }) => part_number);
  await forgetParts(deps.db, upload, wrong);
  return partsMissing(wrong);
}

/** "Upload complete" takes an assembled object only if it is the whole file that was announced. @throws ProblemError SOURCE_MISMATCH */
export async function requireWhole(
  deps: Pick<MultipartDeps, "db" | "outbox">,
  video: VideoRow,
  object: StoredObject,
): Promise<void> {
  if (!isAssembled(object)) return;
  const upload = await findCurrent(deps.db, video.tenant_id as TenantId, video.id as VideoId);
  const parts = upload === undefined ? [] : await listParts(deps.db, upload);
  const wrong = whatIsWrong(object, video.size_bytes, upload, parts);
  if (wrong === null) return;
  if (upload !== undefined) await giveUp(deps, upload);
  throw mismatch(wrong);
}

function mismatch(wrong: string): ProblemError {
  return new ProblemError("SOURCE_MISMATCH", `The file in the store is not the whole one: ${wrong}. Upload it again.`);
}

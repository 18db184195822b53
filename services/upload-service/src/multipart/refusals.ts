import { ProblemError } from "@lectern/service-kit";
import type { MultipartRow } from "../db/schema.ts";

export function noneOpen(): ProblemError {
  return new ProblemError("MULTIPART_NOT_FOUND", "No upload in parts is open for this video: begin one.");
}

export function superseded(detail: string): ProblemError {
  return new ProblemError("MULTIPART_SUPERSEDED", detail);
}

const MOST_NAMED = 1_000;

export function partsMissing(numbers: readonly number[]): ProblemError {
  const named = numbers.slice(0, MOST_NAMED);
  return new ProblemError("PARTS_MISSING", `${numbers.length} parts are missing: send them, record them, try again.`, {
    members: { missing_parts: named },
  });
}

/** The upload that a call names. @throws ProblemError where there is none, or another one */
export function named(current: MultipartRow | undefined, uploadId: string): MultipartRow {
  if (current === undefined) throw noneOpen();
  if (current.upload_id === uploadId) return current;
  throw superseded("Another upload in parts is open for this video: ask for it, and go on with that one.");
}

/** As {@link named}, for what only an upload that takes parts can do. */
export function open(current: MultipartRow | undefined, uploadId: string): MultipartRow {
  const upload = named(current, uploadId);
  if (upload.state === "open") return upload;
  throw new ProblemError("MULTIPART_ASSEMBLED", "The file is assembled: confirm the upload.");
}

import type { StatusRecord } from "@lectern/keys";
import type { JobRow, VideoRow } from "./db/schema.ts";
import { reasonOf } from "./videos/mapper.ts";

/** What `tenant:…:video:…:status` holds for a row. */
export function videoStatusRecord(row: VideoRow): StatusRecord {
  const { status, generation, version, hls_path, duration, error_code } = row;
  const record = { status, generation, version };
  if (status === "READY") return { ...record, hls_path, duration };
  if (status !== "FAILED" || error_code === null) return record;
  const reason = reasonOf(error_code);
  return { ...record, error_code, error_reason: reason.ko, error_reason_en: reason.en };
}

/** What `tenant:…:job:…:status` holds for a row. Of an encode that failed it says the teacher's sentence, not the technical detail. */
export function jobStatusRecord(row: JobRow, errorCodeOfVideo: string | null): StatusRecord {
  const { status, generation, version, job_type, result, error_message } = row;
  const record = { status, generation, version, job_type };
  if (status === "DONE") return { ...record, result };
  if (status !== "FAILED") return record;
  return { ...record, error_message: errorCodeOfVideo === null ? error_message : reasonOf(errorCodeOfVideo).ko };
}

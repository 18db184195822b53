import { isVideoErrorCode, reasonFor, type VideoDetail } from "@lectern/contracts";
import { encodeJobId, type VideoId } from "@lectern/keys";
import type { VideoRow } from "../db/schema.ts";

export type Language = "ko" | "en";

/** A row as the API shows it; `posterUrl` is null for what cannot be READY. */
export function toVideoDetail(row: VideoRow, language: Language, posterUrl: string | null = null): VideoDetail {
  return {
    id: row.id,
    title: row.title,
    filename: row.filename,
    content_type: row.content_type,
    size_bytes: row.source_size ?? row.size_bytes,
    status: row.status,
    generation: row.generation,
    attempt: row.attempt,
    version: row.version,
    job_id: row.generation === 0 ? null : encodeJobId(row.id as VideoId, row.generation),
    hls_path: row.hls_path,
    duration: row.duration,
    poster_url: posterUrl,
    error_code: row.error_code,
    error_reason: row.error_code === null ? null : reasonOf(row.error_code)[language],
    source_etag: row.source_etag,
    source_probe: row.source_probe,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    uploaded_at: row.uploaded_at?.toISOString() ?? null,
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

/** The sentence for a code in the database; a code that this version does not know reads as a fault of ours. */
export function reasonOf(code: string): { ko: string; en: string } {
  return reasonFor(isVideoErrorCode(code) ? code : "INTERNAL");
}

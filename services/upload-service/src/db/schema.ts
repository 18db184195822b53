import type { EncodeCost, JobStatus, TenantLimitsChange, VideoStatus } from "@lectern/contracts";
import type { ColumnType, Generated, GeneratedAlways, Insertable, JSONColumnType, Selectable } from "kysely";

/** Set by the database when the row is made; read as a `Date`. */
type CreatedAt = ColumnType<Date, never, never>;
type UpdatedAt = ColumnType<Date, never, Date>;
type Moment = ColumnType<Date | null, never, Date | null>;
type Json = JSONColumnType<object | null, string | null, string | null>;

export interface VideosTable {
  id: GeneratedAlways<number>;
  tenant_id: number;
  title: string;
  filename: string;
  content_type: string;
  /** What the browser declared; what HEAD saw is `source_size`. */
  size_bytes: number;
  status: Generated<VideoStatus>;
  /** 0 until the upload is confirmed, then counted up each time the work is queued anew. */
  generation: Generated<number>;
  /** Counted up for each lock token that starts the work; begins at 1 in each generation. */
  attempt: Generated<number>;
  /** The token of the run at work; null while nobody works, and after a run was handed back. */
  run_token: string | null;
  /** Tokens of the generation's runs that were superseded or handed back. */
  past_tokens: Generated<string[]>;
  /** Runs that ended without a word, since the upload or the last explicit retry, across generations. */
  crashes: Generated<number>;
  /** Counted up with each change that readers see: orders the Redis statuses. */
  version: Generated<number>;
  source_etag: string | null;
  source_size: number | null;
  source_probe: Json;
  hls_path: string | null;
  /** Whole seconds of the output. */
  duration: number | null;
  /** Objects beside the film of a READY video, below its run's prefix; null for what it does not have. */
  poster_path: string | null;
  storyboard_path: string | null;
  chapters_path: string | null;
  error_code: string | null;
  created_at: CreatedAt;
  updated_at: UpdatedAt;
  /** When the upload address was last issued; a PENDING video is waited for from then on. */
  pending_since: ColumnType<Date, never, Date>;
  uploaded_at: Moment;
  started_at: Moment;
  finished_at: Moment;
  /** Set for a tombstone: to every caller the video is gone. */
  deleted_at: Moment;
  /** Its turn on its tenant's line, in virtual seconds; kept when the work is taken up again. */
  turn_start: Generated<number>;
  turn_finish: Generated<number>;
  /** Whether `turn_start` is one ahead of all that is not urgent. */
  urgent: Generated<boolean>;
  /** Seconds of media that its turn was charged, and when: at the upload or the last explicit retry. Null before. */
  cost: number | null;
  charged_at: Moment;
}

export interface JobsTable {
  tenant_id: number;
  job_id: string;
  job_type: string;
  status: Generated<JobStatus>;
  generation: Generated<number>;
  attempt: Generated<number>;
  run_token: string | null;
  /** As in `videos`. */
  past_tokens: Generated<string[]>;
  version: Generated<number>;
  /** The video whose encode this is; its status then follows the video's. */
  video_id: number | null;
  /** Any JSON value. */
  result: ColumnType<unknown, string | null, string | null>;
  error_message: string | null;
  created_at: CreatedAt;
  updated_at: UpdatedAt;
  started_at: Moment;
  finished_at: Moment;
}

/** What a transaction still owes the world outside the database. */
export type OutboxKind = "enqueue" | "video_status" | "job_status" | "fence" | "sweep";

export interface OutboxTable {
  id: GeneratedAlways<number>;
  kind: OutboxKind;
  tenant_id: number;
  video_id: number | null;
  job_id: string | null;
  generation: number;
  /** Whoever holds the lease delivers; when it is over, anybody may. */
  lease_until: ColumnType<Date, Date | undefined, Date>;
  tries: Generated<number>;
  delivered_at: Moment;
  created_at: CreatedAt;
}

/** A tenant's share of the encoding; a tenant without a row has had none yet. */
export interface TenantSharesTable {
  tenant_id: number;
  weight: Generated<number>;
  /** The latest finish of a turn whose work has begun, in virtual seconds. */
  begun_until: Generated<number>;
  /** The tenant's own limits; what is not in it follows the default. */
  limits: JSONColumnType<TenantLimitsChange, string | undefined, string>;
}

/** One row, of the whole system. */
export interface QueueClockTable {
  /** The latest start of a turn whose work has begun, in virtual seconds. */
  virtual_time: number;
  /** Where the last urgent turn finishes. */
  urgent_until: number;
  /** The virtual second that the queue's first place stands for. */
  priority_base: number;
  /** Counted up when turns have changed that may be in the queue already. */
  revision: number;
}

/** What a finished encode took; bounded in number. */
export interface EncodeCostsTable {
  id: GeneratedAlways<number>;
  profile: string;
  kind: string;
  /** Of the output. */
  media_seconds: number;
  /** Of all steps. */
  total_seconds: number;
  facts: JSONColumnType<EncodeCost["facts"], string, string>;
  steps: JSONColumnType<EncodeCost["steps"], string, string>;
  created_at: CreatedAt;
}

/**
 * An upload in parts, until nothing of it is owed any more.
 * - `open`: takes parts; `assembled`: the object is there; at most one of a video is one of these;
 * - `given_up`: the store is still to be told to drop it.
 */
export interface MultipartUploadsTable {
  id: GeneratedAlways<number>;
  tenant_id: number;
  video_id: number;
  /** The store's own name for it. */
  upload_id: string;
  /** Of the file, as declared. */
  size_bytes: number;
  part_size: number;
  part_count: number;
  state: Generated<"open" | "assembled" | "given_up">;
  /** Of the assembled object, as the store told it. */
  etag: string | null;
  created_at: CreatedAt;
}

export interface MultipartPartsTable {
  multipart_id: number;
  tenant_id: number;
  part_number: number;
  size_bytes: number;
  /** Without quotes. */
  etag: string;
}

export interface Database {
  videos: VideosTable;
  jobs: JobsTable;
  outbox: OutboxTable;
  tenant_shares: TenantSharesTable;
  queue_clock: QueueClockTable;
  encode_costs: EncodeCostsTable;
  multipart_uploads: MultipartUploadsTable;
  multipart_parts: MultipartPartsTable;
}

export type VideoRow = Selectable<VideosTable>;
export type NewVideoRow = Insertable<VideosTable>;
export type JobRow = Selectable<JobsTable>;
export type MultipartRow = Selectable<MultipartUploadsTable>;
export type PartRow = Selectable<MultipartPartsTable>;
export type OutboxRow = Selectable<OutboxTable>;

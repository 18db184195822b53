// Made from the schemas of @lectern/contracts by `npm run types`: change them there.

export type VideoStatus = "PENDING" | "UPLOADED" | "PROCESSING" | "READY" | "FAILED";

export type JobStatus = "PENDING" | "RUNNING" | "DONE" | "FAILED";

export type VideoProgress = {
  readonly id: number;
  readonly status: VideoStatus;
  readonly known: boolean;
  readonly generation: number | null;
  readonly version: number | null;
  /** Percent; 100 at READY and only then */
  readonly progress: number;
  readonly encoding_progress: number | null;
  readonly encoding_remaining_seconds: number | null;
  /** In 8 of 10 cases the time left is at least this */
  readonly remaining_low: number | null;
  /** ... and at most this */
  readonly remaining_high: number | null;
  /** While UPLOADED: 1 is the next to begin; null where it is not in the line */
  readonly queue_position: number | null;
  /** While UPLOADED: forecast of the wait */
  readonly starts_in_seconds: number | null;
  readonly encoding_step_index: number | null;
  readonly encoding_step_total: number | null;
  readonly encoding_step_name: string | null;
  readonly encoding_step_percent: number | null;
  readonly hls_path: string | null;
  /** Whole seconds of the output, at least 1 */
  readonly duration: number | null;
  readonly error_reason: string | null;
  readonly error_code: string | null;
  /** RFC 3339, UTC */
  readonly updated_at: string | null;
  readonly stalled: boolean;
  /** When to ask again; null when final */
  readonly next_poll_ms: number | null;
};

export type JobProgressDetail = {
  readonly percent: number;
  readonly step_index: number | null;
  readonly step_total: number | null;
  readonly step_name_display: string | null;
  readonly step_percent: number | null;
};

export type JobProgress = {
  readonly job_id: string;
  readonly job_type: string | null;
  readonly status: "PENDING" | "RUNNING" | "DONE" | "FAILED" | "UNKNOWN";
  readonly known: boolean;
  readonly generation: number | null;
  readonly version: number | null;
  readonly progress: JobProgressDetail | null;
  readonly result: unknown;
  readonly result_omitted: boolean;
  readonly error_message: string | null;
  /** RFC 3339, UTC */
  readonly updated_at: string | null;
  readonly stalled: boolean;
  readonly next_poll_ms: number | null;
};

export type UploadTarget = {
  readonly method: "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** RFC 3339, UTC */
  readonly expires_at: string;
};

export type CreateVideo = {
  readonly title: string;
  readonly filename: string;
  /** video/*, audio/*, or application/octet-stream */
  readonly content_type: string;
  readonly size_bytes: number;
};

export type CreatedVideo = {
  readonly id: number;
  readonly status: VideoStatus;
  readonly upload: UploadTarget;
};

export type VideoDetail = {
  readonly id: number;
  readonly title: string;
  readonly filename: string;
  readonly content_type: string;
  readonly size_bytes: number;
  readonly status: VideoStatus;
  readonly generation: number;
  readonly attempt: number;
  readonly version: number;
  readonly job_id: string | null;
  readonly hls_path: string | null;
  readonly duration: number | null;
  /** A picture of a READY video; signed, the same for some minutes */
  readonly poster_url: string | null;
  readonly error_code: string | null;
  readonly error_reason: string | null;
  readonly source_etag: string | null;
  /** What the probe at "upload complete" found, or null */
  readonly source_probe: unknown;
  /** RFC 3339, UTC */
  readonly created_at: string;
  /** RFC 3339, UTC */
  readonly updated_at: string;
  /** RFC 3339, UTC */
  readonly uploaded_at: string | null;
  /** RFC 3339, UTC */
  readonly started_at: string | null;
  /** RFC 3339, UTC */
  readonly finished_at: string | null;
};

export type VideoList = {
  readonly items: readonly VideoDetail[];
  readonly next_cursor: string | null;
};

export type Playback = {
  /** HLS master playlist */
  readonly url: string;
  readonly type: "application/vnd.apple.mpegurl";
  /** RFC 3339, UTC */
  readonly expires_at: string;
  /** Whole seconds */
  readonly duration: number | null;
  readonly poster_url: string | null;
  /** WebVTT of small pictures for a seek bar */
  readonly storyboard_url: string | null;
  /** WebVTT */
  readonly chapters_url: string | null;
};

export type MultipartUpload = {
  readonly upload_id: string;
  readonly part_size: number;
  readonly part_count: number;
  readonly size_bytes: number;
  readonly parts: readonly {
    readonly part_number: number;
    readonly size_bytes: number;
    readonly etag: string;
  }[];
};

export type SignedPart = {
  readonly part_number: number;
  readonly method: "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** RFC 3339, UTC */
  readonly expires_at: string;
};

export type SignedParts = {
  readonly parts: readonly SignedPart[];
};

export type UploadedPart = {
  readonly part_number: number;
  readonly size_bytes: number;
  readonly etag: string;
};

export type ProgressTicket = {
  readonly ticket: string;
  /** Seconds in which a stream or WebSocket may be opened with it */
  readonly expires_in: number;
  /** RFC 3339, UTC */
  readonly expires_at: string;
};

export type WsRequest = {
  readonly type: "subscribe" | "unsubscribe";
  readonly videos?: readonly (number | string)[];
  readonly jobs?: readonly string[];
};

export type WsState = {
  readonly type: "state";
  readonly video_id?: number;
  readonly job_id?: string;
  /** <generation>.<version>.<sequence> */
  readonly event_id: string;
  readonly final: boolean;
  readonly state: unknown;
};

export type WsError = {
  readonly type: "error";
  /** As in problem+json */
  readonly code: string;
  readonly detail: string;
  /** Seconds */
  readonly retry_after: number | null;
};

export type Reconnect = {
  readonly type: "reconnect";
  readonly reason: "shutdown" | "token_expired";
  readonly retry_ms: number;
};

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly instance?: string;
  readonly request_id?: string;
  readonly current_status?: string;
  readonly error_reason?: string;
  /** The first of them, at most 1,000 */
  readonly missing_parts?: readonly number[];
};

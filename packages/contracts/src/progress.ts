import { type Static, Type } from "typebox";
import { JOB_STATES, Nullable, OneOf, Timestamp, VideoStatus } from "./common.ts";

/** Answer of `GET /api/v1/media/videos/{id}/progress/`. `known: false` marks the default: nothing could be read. */
export const VideoProgress = Type.Object({
  id: Type.Integer(),
  status: VideoStatus,
  known: Type.Boolean(),
  generation: Nullable(Type.Integer()),
  version: Nullable(Type.Integer()),
  progress: Type.Number({ minimum: 0, maximum: 100, description: "Percent; 100 at READY and only then" }),
  encoding_progress: Nullable(Type.Number({ minimum: 0, maximum: 100 })),
  encoding_remaining_seconds: Nullable(Type.Number({ minimum: 0 })),
  remaining_low: Nullable(Type.Number({ minimum: 0, description: "In 8 of 10 cases the time left is at least this" })),
  remaining_high: Nullable(Type.Number({ minimum: 0, description: "... and at most this" })),
  queue_position: Nullable(
    Type.Integer({
      minimum: 1,
      description: "While UPLOADED: 1 is the next to begin; null where it is not in the line",
    }),
  ),
  starts_in_seconds: Nullable(Type.Number({ minimum: 0, description: "While UPLOADED: forecast of the wait" })),
  encoding_step_index: Nullable(Type.Integer()),
  encoding_step_total: Nullable(Type.Integer()),
  encoding_step_name: Nullable(Type.String()),
  encoding_step_percent: Nullable(Type.Number({ minimum: 0, maximum: 100 })),
  hls_path: Nullable(Type.String()),
  duration: Nullable(Type.Integer({ description: "Whole seconds of the output, at least 1" })),
  error_reason: Nullable(Type.String()),
  error_code: Nullable(Type.String()),
  updated_at: Nullable(Timestamp),
  stalled: Type.Boolean(),
  next_poll_ms: Nullable(Type.Integer({ minimum: 0, description: "When to ask again; null when final" })),
});
export type VideoProgress = Static<typeof VideoProgress>;

export const JobProgressDetail = Type.Object({
  percent: Type.Number({ minimum: 0, maximum: 100 }),
  step_index: Nullable(Type.Integer()),
  step_total: Nullable(Type.Integer()),
  step_name_display: Nullable(Type.String()),
  step_percent: Nullable(Type.Number({ minimum: 0, maximum: 100 })),
});
export type JobProgressDetail = Static<typeof JobProgressDetail>;

/** Answer of `GET /api/v1/jobs/{job_id}/progress/`. Nothing known: `status` is UNKNOWN. */
export const JobProgress = Type.Object({
  job_id: Type.String(),
  job_type: Nullable(Type.String()),
  status: OneOf([...JOB_STATES, "UNKNOWN"]),
  known: Type.Boolean(),
  generation: Nullable(Type.Integer()),
  version: Nullable(Type.Integer()),
  progress: Nullable(JobProgressDetail),
  result: Type.Unknown(),
  result_omitted: Type.Boolean(),
  error_message: Nullable(Type.String()),
  updated_at: Nullable(Timestamp),
  stalled: Type.Boolean(),
  next_poll_ms: Nullable(Type.Integer({ minimum: 0 })),
});
export type JobProgress = Static<typeof JobProgress>;

/** Most ids that one batch poll may name. */
export const MAX_BATCH_IDS = 100;

export const BatchQuery = Type.Object({
  ids: Type.String({ description: "Up to 100 video ids, separated by commas", examples: ["42,43,44"] }),
});

import { type Static, Type } from "typebox";
import { JobStatus, Nullable, TenantIdField, Timestamp } from "./common.ts";

export const JobDetail = Type.Object({
  job_id: Type.String(),
  job_type: Type.String(),
  status: JobStatus,
  generation: Type.Integer(),
  attempt: Type.Integer(),
  version: Type.Integer(),
  video_id: Nullable(Type.Integer()),
  result: Type.Unknown(),
  error_message: Nullable(Type.String()),
  created_at: Timestamp,
  updated_at: Timestamp,
  started_at: Nullable(Timestamp),
  finished_at: Nullable(Timestamp),
});
export type JobDetail = Static<typeof JobDetail>;

/** `POST /internal/v1/jobs`: records a job that another team's worker runs; enqueues nothing. */
export const RecordJob = Type.Object(
  {
    tenant_id: TenantIdField,
    job_id: Type.String({ pattern: "^[A-Za-z0-9_-]{1,64}$" }),
    job_type: Type.String({ pattern: "^[a-z0-9_.-]{1,64}$" }),
  },
  { additionalProperties: false },
);
export type RecordJob = Static<typeof RecordJob>;

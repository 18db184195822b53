import type { JobId, TenantId, VideoId } from "./ids.ts";

export interface VideoRef {
  readonly kind: "video";
  readonly tenantId: TenantId;
  readonly videoId: VideoId;
}

export interface JobRef {
  readonly kind: "job";
  readonly tenantId: TenantId;
  readonly jobId: JobId;
}

/** What has a status and progress. */
export type Subject = VideoRef | JobRef;

export function videoRef(tenantId: TenantId, videoId: VideoId): VideoRef {
  return { kind: "video", tenantId, videoId };
}

export function jobRef(tenantId: TenantId, jobId: JobId): JobRef {
  return { kind: "job", tenantId, jobId };
}

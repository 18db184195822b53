import type { Static } from "typebox";
import { reasonFor } from "../errors.ts";
import type {
  EncodeCost,
  EncodeForecast,
  InternalVideo,
  JobTransition,
  JobTransitionResult,
  MakeUrgent,
  MakeUrgentResult,
  TenantLimits,
  TenantLimitsChange,
  TenantShare,
  VideoTransition,
  VideoTransitionResult,
} from "../internal.ts";
import type { JobDetail, RecordJob } from "../jobs.ts";
import type {
  AbortMultipart,
  CompletedMultipart,
  CompleteMultipart,
  MultipartUpload,
  RecordParts,
  SignedParts,
  SignParts,
} from "../multipart.ts";
import type { Playback } from "../playback.ts";
import type { Problem, ProblemCode } from "../problem.ts";
import type { JobProgress, VideoProgress } from "../progress.ts";
import type { ProgressTicket, Reconnect, WsError, WsRequest, WsState } from "../push.ts";
import type {
  BulkCreatedVideos,
  BulkCreateVideos,
  CreatedVideo,
  CreateVideo,
  UploadTarget,
  VideoDetail,
  VideoList,
} from "../videos.ts";

/** One lecture, as each part of the API shows it: examples of documents, and nothing else. */

const HLS_PATH = "tenants/7/videos/42/g1/a1/master.m3u8";

export const createVideo: CreateVideo = {
  title: "선형대수 3강 Linear algebra 3",
  filename: "linear-algebra-3.mp4",
  content_type: "video/mp4",
  size_bytes: 734_003_200,
};

export const uploadTarget: UploadTarget = {
  method: "PUT",
  url: "https://store.example/lectures/tenants/7/videos/42/source?X-Amz-Signature=4f1d",
  headers: { "content-type": "video/mp4" },
  expires_at: "2026-03-02T10:00:00.000Z",
};

export const createdVideo: CreatedVideo = { id: 42, status: "PENDING", upload: uploadTarget };

export const bulkCreateVideos: Static<typeof BulkCreateVideos> = {
  videos: [createVideo, { ...createVideo, title: "Linear algebra 4", filename: "linear-algebra-4.mp4" }],
};

export const bulkCreatedVideos: Static<typeof BulkCreatedVideos> = {
  items: [
    { id: 42, status: "PENDING", title: createVideo.title, filename: createVideo.filename },
    { id: 43, status: "PENDING", title: "Linear algebra 4", filename: "linear-algebra-4.mp4" },
  ],
};

const upload_id = "ALt3OU9jqPm0";
const part = { part_number: 1, size_bytes: 8_388_608, etag: '"e80b5017098950fc58aad83c8c14978e"' };

export const multipartUpload: MultipartUpload = {
  upload_id,
  part_size: 8_388_608,
  part_count: 88,
  size_bytes: 734_003_200,
  parts: [part],
};
export const signParts: SignParts = { upload_id, part_numbers: [2, 3] };
export const signedParts: SignedParts = {
  parts: [2, 3].map((part_number) => ({
    part_number,
    method: "PUT",
    url: `https://store.example/lectures/tenants/7/videos/42/source?partNumber=${part_number}&X-Amz-Signature=77ab`,
    headers: {},
    expires_at: "2026-03-02T10:00:00.000Z",
  })),
};
export const recordParts: RecordParts = { upload_id, parts: [part] };
export const completeMultipart: CompleteMultipart = { upload_id };
export const completedMultipart: CompletedMultipart = {
  id: 42,
  size_bytes: 734_003_200,
  etag: "9b2cf535f27731c974343645a3985328-88",
};
export const abortMultipart: AbortMultipart = { upload_id };

export const playback: Playback = {
  url: "https://api.example/api/v1/media/videos/42/playback/master.m3u8?ticket=v1.eyJ2IjA0Mn0.Zm9v",
  type: "application/vnd.apple.mpegurl",
  expires_at: "2026-03-02T15:41:07.512Z",
  duration: 3_125,
  poster_url: "https://store.example/lectures/tenants/7/videos/42/g1/a1/poster.jpg?X-Amz-Signature=9a02",
  storyboard_url: null,
  chapters_url: null,
};

export const videoDetail = {
  id: 42,
  ...createVideo,
  status: "READY",
  generation: 1,
  attempt: 1,
  version: 4,
  job_id: "video-42-g1",
  hls_path: HLS_PATH,
  duration: 3_125,
  poster_url: "https://store.example/lectures/tenants/7/videos/42/g1/a1/poster.jpg?X-Amz-Signature=9a02",
  error_code: null,
  error_reason: null,
  source_etag: '"5d41402abc4b2a76b9719d911017c592"',
  source_probe: null,
  created_at: "2026-03-02T09:00:00.000Z",
  updated_at: "2026-03-02T09:41:07.512Z",
  uploaded_at: "2026-03-02T09:12:30.101Z",
  started_at: "2026-03-02T09:12:31.020Z",
  finished_at: "2026-03-02T09:41:07.512Z",
} satisfies VideoDetail;

export const videoList: VideoList = { items: [videoDetail], next_cursor: null };

export const recordJob: RecordJob = { tenant_id: 7, job_id: "import-42", job_type: "spreadsheet_import" };

export const jobDetail: JobDetail = {
  job_id: "import-42",
  job_type: "spreadsheet_import",
  status: "DONE",
  generation: 1,
  attempt: 1,
  version: 3,
  video_id: null,
  result: { rows: 1_200 },
  error_message: null,
  created_at: "2026-03-02T09:00:00.000Z",
  updated_at: "2026-03-02T09:01:10.250Z",
  started_at: "2026-03-02T09:00:01.000Z",
  finished_at: "2026-03-02T09:01:10.250Z",
};

export const videoProgress: VideoProgress = {
  id: 42,
  status: "PROCESSING",
  known: true,
  generation: 1,
  version: 3,
  progress: 37.5,
  encoding_progress: 37.5,
  encoding_remaining_seconds: 840,
  remaining_low: 760,
  remaining_high: 1_010,
  queue_position: null,
  starts_in_seconds: null,
  encoding_step_index: 4,
  encoding_step_total: 7,
  encoding_step_name: "transcoding",
  encoding_step_percent: 41.2,
  hls_path: null,
  duration: null,
  error_reason: null,
  error_code: null,
  updated_at: "2026-03-02T09:22:04.310Z",
  stalled: false,
  next_poll_ms: 3_800,
};

export const jobProgress: JobProgress = {
  job_id: "import-42",
  job_type: "spreadsheet_import",
  status: "RUNNING",
  known: true,
  generation: 1,
  version: 2,
  progress: { percent: 40, step_index: 1, step_total: 2, step_name_display: "Reading rows", step_percent: 80 },
  result: null,
  result_omitted: false,
  error_message: null,
  updated_at: "2026-03-02T09:00:41.003Z",
  stalled: false,
  next_poll_ms: 2_000,
};

export const progressTicket: ProgressTicket = {
  ticket: "v1.eyJ0ZW5hbnQiOjd9.n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
  expires_in: 30,
  expires_at: "2026-03-02T09:22:34.000Z",
};

export const wsRequest: WsRequest = { type: "subscribe", videos: [42, 43], jobs: ["import-42"] };
export const wsState: WsState = {
  type: "state",
  video_id: 42,
  event_id: "1.3.17",
  final: false,
  state: videoProgress,
};
export const wsError: WsError = {
  type: "error",
  code: "MALFORMED_ID",
  detail: "A video id is a whole number from 1, without leading zeros.",
  retry_after: null,
};
export const reconnect: Reconnect = { type: "reconnect", reason: "shutdown", retry_ms: 1_840 };

const run = { tenant_id: 7, generation: 1, attempt: 1, run_token: "5e0c1f0a-7d3b" };
const started = { tenant_id: 7, generation: 1, run_token: "5e0c1f0a-7d3b" };

export const encodeCost: EncodeCost = {
  profile: "xeon-8-veryfast",
  kind: "h264-720p",
  facts: { width: 1_280, height: 720, seconds: 3_125 },
  steps: [{ step: "transcoding", seconds: 1_610, expected: 1_540 }],
};
export const encodeForecast: EncodeForecast = {
  size_bytes: 734_003_200,
  probe: null,
  learned: [{ kind: "*", step: "transcoding", runs: 40, ratio: 1.07, spread: 0.11 }],
};
export const videoTransition: VideoTransition = {
  transition: "ready",
  ...run,
  hls_path: HLS_PATH,
  duration: 3_125,
  cost: encodeCost,
};
export const videoTransitionResult: VideoTransitionResult = {
  applied: true,
  status: "READY",
  generation: 1,
  attempt: 1,
  version: 4,
};
export const internalVideo: InternalVideo = {
  id: 42,
  tenant_id: 7,
  status: "PROCESSING",
  generation: 1,
  attempt: 1,
  version: 3,
  filename: createVideo.filename,
  source: { key: "tenants/7/videos/42/source", etag: videoDetail.source_etag, size_bytes: 734_003_200 },
};
export const makeUrgent: Static<typeof MakeUrgent> = { tenant_id: 7 };
export const makeUrgentResult: Static<typeof MakeUrgentResult> = { applied: true, status: "UPLOADED", urgent: true };
export const tenantShare: Static<typeof TenantShare> = { weight: 2 };
export const tenantLimits: TenantLimits = { running: 4, queued: null, hours_a_day: 24 };
export const tenantLimitsChange: TenantLimitsChange = { running: 4, hours_a_day: 24 };
export const jobTransition: JobTransition = { transition: "running", ...started };
export const jobTransitionResult: JobTransitionResult = {
  applied: true,
  status: "RUNNING",
  generation: 1,
  attempt: 1,
  version: 2,
};

/** Members that a problem of the code has beside those of every problem. */
export const PROBLEM_MEMBERS: Partial<Record<ProblemCode, Partial<Problem>>> = {
  PARTS_MISSING: { missing_parts: [17, 18] },
  VIDEO_NOT_READY: { current_status: "PROCESSING" },
  VIDEO_NOT_PENDING: { current_status: "UPLOADED" },
  VIDEO_NOT_RETRYABLE: { current_status: "READY" },
  VIDEO_NOT_CANCELLABLE: { current_status: "PENDING" },
  STALE_RUN: { current_status: "FAILED" },
  VIDEO_UPLOAD_ENQUEUE_FAILED: { current_status: "UPLOADED" },
  SOURCE_UNREADABLE: { error_reason: reasonFor("SOURCE_UNREADABLE").ko },
};

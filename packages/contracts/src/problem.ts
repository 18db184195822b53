import { type Static, Type } from "typebox";

/** Every error that the two APIs answer: its HTTP status and its title. The code is stable, the texts are not. */
export const PROBLEMS = {
  VALIDATION_FAILED: { status: 400, title: "The request is not well-formed" },
  MALFORMED_ID: { status: 400, title: "The id is not well-formed" },
  TENANT_MISSING: { status: 400, title: "The token names no tenant" },
  UNAUTHENTICATED: { status: 401, title: "A valid token is required" },
  ROUTE_NOT_FOUND: { status: 404, title: "There is no such route" },
  VIDEO_NOT_FOUND: { status: 404, title: "There is no such video" },
  MULTIPART_NOT_FOUND: { status: 404, title: "No multipart upload is open" },
  JOB_NOT_FOUND: { status: 404, title: "There is no such job" },
  PLAYBACK_TICKET_INVALID: { status: 403, title: "The playback address is not one of ours" },
  REQUEST_TIMEOUT: { status: 408, title: "The request took too long to arrive" },
  VIDEO_NOT_PENDING: { status: 409, title: "The upload was already completed" },
  SOURCE_MISSING: { status: 409, title: "The file is not in the store" },
  SOURCE_MISMATCH: { status: 409, title: "The file in the store is not the one that was announced" },
  MULTIPART_SUPERSEDED: { status: 409, title: "The multipart upload was replaced or given up" },
  MULTIPART_ASSEMBLED: { status: 409, title: "The parts were assembled already" },
  PARTS_MISSING: { status: 409, title: "Parts of the file are missing" },
  PART_INVALID: { status: 409, title: "The part does not fit the upload" },
  PRESIGN_FAILED: { status: 409, title: "The upload address could not be signed" },
  VIDEO_NOT_RETRYABLE: { status: 409, title: "Only a failed video can be tried again" },
  VIDEO_NOT_CANCELLABLE: { status: 409, title: "There is no work to cancel" },
  VIDEO_NOT_READY: { status: 409, title: "Only a video that is READY can be played" },
  STALE_RUN: { status: 409, title: "The run was superseded" },
  JOB_EXISTS: { status: 409, title: "The job exists with other properties" },
  PLAYBACK_EXPIRED: { status: 410, title: "The playback address is no longer good" },
  VIDEO_DELETED: { status: 410, title: "The video was deleted" },
  SOURCE_TOO_LARGE: { status: 413, title: "The file is too large" },
  BODY_TOO_LARGE: { status: 413, title: "The request body is too large" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: "The request body must be JSON" },
  SOURCE_UNREADABLE: { status: 422, title: "The file is no video or audio" },
  OUTPUT_NOT_OF_RUN: { status: 422, title: "The output is not this run's" },
  TENANT_QUEUE_FULL: { status: 429, title: "As many videos wait as the tenant may have" },
  TENANT_DAILY_LIMIT: { status: 429, title: "The tenant's hours of media for a day are used up" },
  TENANT_RUNNING_LIMIT: { status: 429, title: "The tenant has as many runs as it may" },
  TENANT_STREAM_LIMIT: { status: 429, title: "The tenant has as many streams open as it may" },
  RATE_LIMITED: { status: 429, title: "Too many requests" },
  UPGRADE_REQUIRED: { status: 426, title: "This route speaks WebSocket" },
  HEADERS_TOO_LARGE: { status: 431, title: "The request's headers are too large" },
  INTERNAL: { status: 500, title: "Something went wrong on our side" },
  STORE_UNAVAILABLE: { status: 503, title: "The object store cannot be reached" },
  DATABASE_UNAVAILABLE: { status: 503, title: "The database cannot be reached" },
  STREAMS_UNAVAILABLE: { status: 503, title: "This process takes no more streams" },
  KEY_SET_UNAVAILABLE: { status: 503, title: "Tokens cannot be verified at the moment" },
  VIDEO_UPLOAD_ENQUEUE_FAILED: { status: 503, title: "The upload is confirmed; its encoding starts later" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** RFC 9457 `application/problem+json`. `detail` says what is wrong and what to do. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    instance: Type.Optional(Type.String()),
    request_id: Type.Optional(Type.String()),
    current_status: Type.Optional(Type.String()),
    error_reason: Type.Optional(Type.String()),
    missing_parts: Type.Optional(Type.Array(Type.Integer(), { description: "The first of them, at most 1,000" })),
  },
  { description: "RFC 9457 problem" },
);
export type Problem = Static<typeof Problem>;

import { type Static, Type } from "typebox";
import { Nullable, Text, Timestamp, VideoStatus } from "./common.ts";

/** What a browser may declare for a lecture: the probe decides what the bytes really are. */
const CONTENT_TYPE =
  "^(video/[a-z0-9.+-]{1,80}|audio/[a-z0-9.+-]{1,80}|image/gif|application/(octet-stream|ogg|mp4|mxf|x-matroska|vnd\\.rn-realmedia|vnd\\.ms-asf))$";

export const CreateVideo = Type.Object(
  {
    title: Text({ minLength: 1, maxLength: 300 }),
    filename: Text({ minLength: 1, maxLength: 500 }),
    content_type: Type.String({ pattern: CONTENT_TYPE, description: "video/*, audio/*, or application/octet-stream" }),
    size_bytes: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  },
  { additionalProperties: false },
);
export type CreateVideo = Static<typeof CreateVideo>;

/** How the browser sends the file: exactly this method, URL and these headers. */
export const UploadTarget = Type.Object({
  method: Type.Literal("PUT"),
  url: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  expires_at: Timestamp,
});
export type UploadTarget = Static<typeof UploadTarget>;

export const CreatedVideo = Type.Object({ id: Type.Integer(), status: VideoStatus, upload: UploadTarget });
export type CreatedVideo = Static<typeof CreatedVideo>;

export const MAX_BULK_VIDEOS = 1000;
export const BulkCreateVideos = Type.Object(
  { videos: Type.Array(CreateVideo, { minItems: 1, maxItems: MAX_BULK_VIDEOS }) },
  { additionalProperties: false },
);
export const BulkCreatedVideos = Type.Object({
  items: Type.Array(
    Type.Object({ id: Type.Integer(), status: VideoStatus, title: Type.String(), filename: Type.String() }),
  ),
});

export const VideoDetail = Type.Object({
  id: Type.Integer(),
  title: Type.String(),
  filename: Type.String(),
  content_type: Type.String(),
  size_bytes: Type.Integer(),
  status: VideoStatus,
  generation: Type.Integer(),
  attempt: Type.Integer(),
  version: Type.Integer(),
  job_id: Nullable(Type.String()),
  hls_path: Nullable(Type.String()),
  duration: Nullable(Type.Integer()),
  poster_url: Nullable(Type.String({ description: "A picture of a READY video; signed, the same for some minutes" })),
  error_code: Nullable(Type.String()),
  error_reason: Nullable(Type.String()),
  source_etag: Nullable(Type.String()),
  source_probe: Type.Unknown({ description: 'What the probe at "upload complete" found, or null' }),
  created_at: Timestamp,
  updated_at: Timestamp,
  uploaded_at: Nullable(Timestamp),
  started_at: Nullable(Timestamp),
  finished_at: Nullable(Timestamp),
});
export type VideoDetail = Static<typeof VideoDetail>;

export const MAX_LIST_LIMIT = 100;
export const ListVideosQuery = Type.Object(
  {
    status: Type.Optional(
      Type.String({ description: "One or more states, separated by commas", examples: ["UPLOADED,PROCESSING"] }),
    ),
    q: Type.Optional(Text({ maxLength: 300, description: "A part of the title, in any case", examples: ["algebra"] })),
    created_after: Type.Optional(
      Type.String({ description: "RFC 3339, inclusive", examples: ["2026-03-01T00:00:00Z"] }),
    ),
    created_before: Type.Optional(
      Type.String({ description: "RFC 3339, exclusive", examples: ["2026-04-01T00:00:00+09:00"] }),
    ),
    limit: Type.Optional(
      Type.String({ pattern: "^[0-9]{1,3}$", description: "1 to 100, default 20", examples: ["50"] }),
    ),
    cursor: Type.Optional(
      Type.String({ maxLength: 200, description: "`next_cursor` of the page before", examples: ["aWQ6NDI"] }),
    ),
  },
  { additionalProperties: false },
);
export type ListVideosQuery = Static<typeof ListVideosQuery>;

export const VideoList = Type.Object({ items: Type.Array(VideoDetail), next_cursor: Nullable(Type.String()) });
export type VideoList = Static<typeof VideoList>;

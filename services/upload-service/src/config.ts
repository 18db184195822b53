import { HttpConfig, PublicApiConfig, RedisConfig, StoreConfig } from "@lectern/service-kit";
import { type Static, Type } from "typebox";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** Every variable of the service; the README's table says the same. */
export const UploadConfig = Type.Object({
  ...HttpConfig,
  ...PublicApiConfig,
  INTERNAL_PORT: Type.Integer({
    default: 3001,
    minimum: 0,
    maximum: 65535,
    description: "port of the internal API, never routed from outside",
  }),
  INTERNAL_JWT_SECRET: Type.String({ minLength: 32, description: "shared secret of service tokens" }),
  DATABASE_URL: Type.String({ pattern: "^postgres(ql)?://", description: "PostgreSQL connection URL" }),
  DATABASE_POOL_SIZE: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 200,
    description: "most connections of this process",
  }),
  ...RedisConfig,
  ...StoreConfig,
  S3_PUBLIC_ENDPOINT: Type.Optional(
    Type.String({ pattern: "^https?://", description: "URL of the object store as browsers see it" }),
  ),
  MAX_UPLOAD_BYTES: Type.Integer({
    default: 5 * GIB,
    minimum: 1,
    maximum: 1024 * GIB,
    description: "largest file taken; one PUT takes 5 GiB, an upload in parts more",
  }),
  UPLOAD_PART_BYTES: Type.Integer({
    default: 8 * MIB,
    minimum: 5 * MIB,
    maximum: GIB,
    description: "bytes of a part, doubled for files of more than 512 parts",
  }),
  UPLOAD_URL_SECONDS: Type.Integer({
    default: 3600,
    minimum: 60,
    maximum: 604_800,
    description: "how long an upload address is good",
  }),
  PUBLIC_URL: Type.Optional(
    Type.String({ pattern: "^https?://", description: "URL of this API as browsers see it; needed behind TLS" }),
  ),
  PLAYBACK_TICKET_SECRET: Type.String({
    minLength: 32,
    description: "what signs playback addresses, the same for all processes",
  }),
  PLAYBACK_SECONDS: Type.Integer({
    default: 3 * 3600,
    minimum: 60,
    maximum: 518_400,
    description: "seconds that a playback address is good beyond twice the film",
  }),
  PLAYBACK_CACHE_BYTES: Type.Integer({
    default: 64 * MIB,
    minimum: 0,
    maximum: 16 * GIB,
    description: "memory for playlists",
  }),
  PLAYBACK_CDN_URL: Type.Optional(
    Type.String({ pattern: "^https?://", description: "URL of a CDN that has the bucket's objects under their keys" }),
  ),
  PLAYBACK_CDN_SECRET: Type.Optional(
    Type.String({ minLength: 16, description: "secret of the CDN's token rule, with PLAYBACK_CDN_URL" }),
  ),
  PROBES_AT_ONCE: Type.Integer({
    default: 8,
    minimum: 1,
    maximum: 1_000,
    description: "most files that this process probes at once",
  }),
  SWEEP_MS: Type.Integer({
    default: 8_000,
    minimum: 100,
    maximum: 60_000,
    description: "milliseconds between two looks for lost work",
  }),
  PENDING_LIMIT_HOURS: Type.Integer({
    default: 168,
    minimum: 1,
    maximum: 87_600,
    description: "hours after which a video whose upload was never confirmed is deleted",
  }),
  TENANT_RUNNING_LIMIT: Type.Optional(
    Type.Integer({ minimum: 1, description: "most encodes of one tenant at once; left out, no limit" }),
  ),
  TENANT_QUEUED_LIMIT: Type.Optional(
    Type.Integer({ minimum: 1, description: "most videos of one tenant that wait or are at work; left out, no limit" }),
  ),
  TENANT_HOURS_A_DAY: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      description: "hours of media taken from one tenant in 24 hours; left out, no limit",
    }),
  ),
  FINAL_STATUS_TTL_SECONDS: Type.Optional(
    Type.Integer({ minimum: 3600, description: "seconds that a final status stays in Redis; left out, for ever" }),
  ),
  FFMPEG_PATH: Type.String({ default: "/usr/bin/ffmpeg", description: "path of ffmpeg" }),
  FFPROBE_PATH: Type.String({ default: "/usr/bin/ffprobe", description: "path of ffprobe" }),
});
export type UploadConfig = Readonly<Static<typeof UploadConfig>>;

import type { TSchema } from "typebox";
import { JobStatus, VideoStatus } from "../common.ts";
import {
  EncodeForecast,
  InternalVideo,
  JobTransition,
  JobTransitionResult,
  LearnedCost,
  MakeUrgent,
  MakeUrgentResult,
  TenantLimits,
  TenantLimitsChange,
  TenantShare,
  VideoTransition,
  VideoTransitionResult,
} from "../internal.ts";
import { JobDetail, RecordJob } from "../jobs.ts";
import {
  AbortMultipart,
  CompletedMultipart,
  CompleteMultipart,
  MultipartUpload,
  RecordParts,
  SignedPart,
  SignedParts,
  SignParts,
  UploadedPart,
} from "../multipart.ts";
import { Playback } from "../playback.ts";
import { Problem } from "../problem.ts";
import { JobProgress, JobProgressDetail, VideoProgress } from "../progress.ts";
import { ProgressTicket, Reconnect, WsError, WsRequest, WsState } from "../push.ts";
import {
  BulkCreatedVideos,
  BulkCreateVideos,
  CreatedVideo,
  CreateVideo,
  UploadTarget,
  VideoDetail,
  VideoList,
} from "../videos.ts";
import * as example from "./examples.ts";

export interface NamedSchema {
  schema: TSchema;
  /** Left out where the schema is only a part of others. */
  example?: unknown;
}

/**
 * The schemas that the documents name under `components`, so that code generators give them these names too. What is
 * not listed here stands in the documents where it is used.
 */
export const COMPONENTS: Readonly<Record<string, NamedSchema>> = {
  Problem: { schema: Problem },
  VideoStatus: { schema: VideoStatus },
  JobStatus: { schema: JobStatus },

  CreateVideo: { schema: CreateVideo, example: example.createVideo },
  CreatedVideo: { schema: CreatedVideo, example: example.createdVideo },
  UploadTarget: { schema: UploadTarget, example: example.uploadTarget },
  BulkCreateVideos: { schema: BulkCreateVideos, example: example.bulkCreateVideos },
  BulkCreatedVideos: { schema: BulkCreatedVideos, example: example.bulkCreatedVideos },
  VideoDetail: { schema: VideoDetail, example: example.videoDetail },
  VideoList: { schema: VideoList, example: example.videoList },
  MultipartUpload: { schema: MultipartUpload, example: example.multipartUpload },
  SignParts: { schema: SignParts, example: example.signParts },
  SignedPart: { schema: SignedPart },
  SignedParts: { schema: SignedParts, example: example.signedParts },
  UploadedPart: { schema: UploadedPart },
  RecordParts: { schema: RecordParts, example: example.recordParts },
  CompleteMultipart: { schema: CompleteMultipart, example: example.completeMultipart },
  CompletedMultipart: { schema: CompletedMultipart, example: example.completedMultipart },
  AbortMultipart: { schema: AbortMultipart, example: example.abortMultipart },
  Playback: { schema: Playback, example: example.playback },
  RecordJob: { schema: RecordJob, example: example.recordJob },
  JobDetail: { schema: JobDetail, example: example.jobDetail },

  VideoProgress: { schema: VideoProgress, example: example.videoProgress },
  JobProgress: { schema: JobProgress, example: example.jobProgress },
  JobProgressDetail: { schema: JobProgressDetail },
  ProgressTicket: { schema: ProgressTicket, example: example.progressTicket },
  WsRequest: { schema: WsRequest, example: example.wsRequest },
  WsState: { schema: WsState, example: example.wsState },
  WsError: { schema: WsError, example: example.wsError },
  Reconnect: { schema: Reconnect, example: example.reconnect },

  InternalVideo: { schema: InternalVideo, example: example.internalVideo },
  VideoTransition: { schema: VideoTransition, example: example.videoTransition },
  ...variants("VideoTransition", VideoTransition),
  VideoTransitionResult: { schema: VideoTransitionResult, example: example.videoTransitionResult },
  JobTransition: { schema: JobTransition, example: example.jobTransition },
  ...variants("JobTransition", JobTransition),
  JobTransitionResult: { schema: JobTransitionResult, example: example.jobTransitionResult },
  EncodeForecast: { schema: EncodeForecast, example: example.encodeForecast },
  LearnedCost: { schema: LearnedCost },
  MakeUrgent: { schema: MakeUrgent, example: example.makeUrgent },
  MakeUrgentResult: { schema: MakeUrgentResult, example: example.makeUrgentResult },
  TenantShare: { schema: TenantShare, example: example.tenantShare },
  TenantLimits: { schema: TenantLimits, example: example.tenantLimits },
  TenantLimitsChange: { schema: TenantLimitsChange, example: example.tenantLimitsChange },
};

/** `VideoTransitionProcessing`, `VideoTransitionReady` and so on: one for each word that `transition` can be. */
function variants(
  of: string,
  { anyOf }: { anyOf: readonly { properties: { transition: { const: string } } }[] },
): Record<string, NamedSchema> {
  return Object.fromEntries(
    anyOf.map((schema) => {
      const word = schema.properties.transition.const;
      return [`${of}${word.charAt(0).toUpperCase()}${word.slice(1)}`, { schema: schema as unknown as TSchema }];
    }),
  );
}

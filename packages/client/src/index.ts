export type { ListQuery, VideosApi } from "./api.ts";
export { type ClientOptions, createClient, LecternClient, type WatchOptions } from "./client.ts";
export { LecternError, type Locale } from "./errors.ts";
export { type LecternStorage, memoryStorage } from "./storage.ts";
export type { TokenSource } from "./token.ts";
export type { UploadPhase, UploadState } from "./upload/state.ts";
export type { Upload } from "./upload/upload.ts";
export type { Finished, UnfinishedUpload, UploadOptions, Uploads } from "./upload/uploads.ts";
export type { Connection } from "./watch/source.ts";
export type { TenantWatch } from "./watch/tenant-watch.ts";
export type { Watch, WatchState } from "./watch/watch.ts";
export type {
  JobProgress,
  JobStatus,
  Playback,
  Problem,
  VideoDetail,
  VideoList,
  VideoProgress,
  VideoStatus,
} from "./wire.ts";
export type { WorkBox, WorkBoxQuery, WorkBoxState, WorkItem } from "./work-box.ts";

export { redisNow } from "./clock.ts";
export { beatEpoch, type EpochOf, epochBeatKey, epochKey, markEpoch, readBeat, readEpoch } from "./epoch.ts";
export { KeysArgumentError } from "./errors.ts";
export { type JobId, parseJobId, parseTenantId, parseVideoId, type TenantId, type VideoId } from "./ids.ts";
export {
  masterPlaylistKey,
  receiptKey,
  runOfObjectKey,
  runPrefix,
  sourceObjectKey,
  videoPrefix,
} from "./object-names.ts";
export {
  encodeLineKey,
  readQueuePosition,
  readStartForecast,
  type StartForecast,
  startForecastKey,
  startsInSeconds,
  writeStartForecast,
} from "./queue-line.ts";
export { ENCODE_QUEUE, encodeJobId, parseEncodeJobId } from "./queue-names.ts";
export { readSnapshots } from "./read-snapshots.ts";
export {
  eventsChannel,
  legacyProgressKey,
  progressKey,
  statusKey,
  subjectName,
  subjectNameOf,
  tenantEventsChannel,
} from "./redis-names.ts";
export { compareRuns, type Run } from "./runs.ts";
export type { RedisLike } from "./scripts.ts";
export { defaultSnapshot, type ProgressFields, type Snapshot } from "./snapshot.ts";
export { isFinalStatus, JOB_STATUSES, type JobStatus, VIDEO_STATUSES, type VideoStatus } from "./states.ts";
export { STEPS, type Step } from "./steps.ts";
export { type JobRef, jobRef, type Subject, type VideoRef, videoRef } from "./subjects.ts";
export { closeProgress, type ProgressUpdate, type ProgressWritten, writeProgress } from "./write-progress.ts";
export {
  deleteStatus,
  refreshStatusExpiry,
  type StatusOptions,
  type StatusRecord,
  writeStatus,
} from "./write-status.ts";

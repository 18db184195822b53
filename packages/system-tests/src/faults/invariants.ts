import {
  encodeJobId,
  isFinalStatus,
  masterPlaylistKey,
  runPrefix,
  sourceObjectKey,
  type TenantId,
  type VideoId,
  videoPrefix,
} from "@lectern/keys";
import type { Evidence, VideoFacts } from "./evidence.ts";
import type { Confirmed } from "./teacher.ts";

export interface Violation {
  readonly promise: "lost" | "published_twice" | "left_over";
  /** The video, job, object or folder. */
  readonly what: string;
  readonly why: string;
}

/** A file that ends its worker this often is FAILED, also where it was we who ended the worker. */
const MOST_CRASHES = 3;

/** Compares what the system holds with what its users were promised, object by object. All that is wrong, once each. */
export function violations(evidence: Evidence, confirmed: readonly Confirmed[]): Violation[] {
  const asked = new Map(confirmed.map((upload) => [upload.id, upload]));
  const rows = new Map(evidence.videos.map((video) => [video.id, video]));
  const gone = confirmed
    .filter(({ id, outcome }) => !rows.has(id) && outcome !== "deleted")
    .map(({ id }): Violation => ({ promise: "lost", what: `video ${id}`, why: "was confirmed and has no row" }));
  const found = evidence.videos
    .filter((video) => video.confirmed)
    .flatMap((video) => [
      ...lost(video, evidence, asked.get(video.id)),
      ...publishedTwice(video, evidence),
      ...shownOtherwise(video, evidence),
    ]);
  return [...gone, ...found, ...leftOver(evidence)];
}

/** Videos that our own faults ended as POISON. */
export function poisoned({ videos }: Evidence): number[] {
  return videos.filter((video) => isPoisoned(video) && !video.deleted).map(({ id }) => id);
}

function isPoisoned({ errorCode, crashes }: VideoFacts): boolean {
  return errorCode === "POISON" && crashes >= MOST_CRASHES;
}

function lost(video: VideoFacts, { objects, receipts }: Evidence, asked: Confirmed | undefined): Violation[] {
  const violation = (why: string): Violation => ({ promise: "lost", what: `video ${video.id}`, why });
  if (asked?.outcome === "deleted") return video.deleted ? [] : [violation("was deleted and is there")];
  if (video.deleted) return [violation("is deleted, and nobody asked for it")];
  if (!isFinalStatus(video.status)) return [violation(`is still ${video.status}`)];
  if (video.status === "FAILED") {
    if (isPoisoned(video) || (asked?.outcome === "cancelled" && video.errorCode === "CANCELLED")) return [];
    return [violation(`is FAILED as ${video.errorCode}, and its file is good`)];
  }
  if (asked?.outcome === "cancelled") return [violation("was cancelled and is READY")];
  const [tenant, id] = [video.tenant as TenantId, video.id as VideoId];
  const listed = receipts.get(video.id);
  const missing = [sourceObjectKey(tenant, id), masterPlaylistKey(tenant, id, video)].filter(
    (key) => !objects.has(key),
  );
  return [
    ...missing.map((key) => violation(`is READY without ${key}`)),
    ...(listed === undefined ? [violation("is READY without a receipt")] : []),
    ...(listed ?? [])
      .filter(({ key, size }) => objects.get(key) !== size)
      .map(({ key, size }) => violation(`is READY, but ${key} has ${objects.get(key) ?? "no"} bytes of ${size}`)),
  ];
}

function publishedTwice(video: VideoFacts, { objects, history }: Evidence): Violation[] {
  const violation = (why: string): Violation => ({ promise: "published_twice", what: `video ${video.id}`, why });
  const [tenant, id] = [video.tenant as TenantId, video.id as VideoId];
  const prefix = videoPrefix(tenant, id);
  const masters = [...objects.keys()].filter((key) => key.startsWith(prefix) && key.endsWith("/master.m3u8"));
  const times = history.filter(({ videoId, status }) => videoId === video.id && status === "READY").length;
  const own = masterPlaylistKey(tenant, id, { generation: video.generation, attempt: Math.max(1, video.attempt) });
  return [
    ...(masters.length > 1 ? [violation(`has the masters ${masters.join(" ")}`)] : []),
    ...(times > 1 ? [violation(`became READY ${times} times`)] : []),
    ...(video.status === "READY" && video.hlsPath !== own
      ? [violation(`shows ${video.hlsPath}, its run is ${own}`)]
      : []),
  ];
}

/** What Redis shows is what the database says, of the video and of each of its jobs. */
function shownOtherwise(video: VideoFacts, { shownVideos, shownJobs, jobs }: Evidence): Violation[] {
  if (video.deleted) return [];
  const found: Violation[] = [];
  const compare = (what: string, row: string, shown: string) => {
    if (row !== shown) found.push({ promise: "published_twice", what, why: `is ${row}, and Redis shows ${shown}` });
  };
  const shown = shownVideos.get(video.id);
  compare(
    `video ${video.id}`,
    `${video.status} ${video.generation}.${video.version} ${video.hlsPath}`,
    `${shown?.status} ${shown?.generation}.${shown?.version} ${shown?.hlsPath}`,
  );
  for (const job of jobs.filter(({ videoId }) => videoId === video.id)) {
    const ofJob = shownJobs.get(job.id);
    compare(`job ${job.id}`, `${job.status} ${job.version}`, `${ofJob?.status} ${ofJob?.version}`);
  }
  return found;
}

function leftOver(evidence: Evidence): Violation[] {
  const { videos, jobs, shownVideos } = evidence;
  const found: Violation[] = [];
  const add = (what: string, why: string) => found.push({ promise: "left_over", what, why });
  for (const key of garbage(evidence)) add(key, "is an object of a dead run or a deleted video");
  for (const job of evidence.queued) add(job, "is in the queue, and all work is done");
  for (const row of evidence.owed) add(row, "is owed and not delivered");
  for (const { id, status } of jobs) if (!isFinalStatus(status)) add(`job ${id}`, `is still ${status}`);
  for (const { id, deleted } of videos)
    if (deleted && shownVideos.get(id)?.known) add(`video ${id}`, "is deleted, and Redis shows it");
  for (const { id, generation, confirmed, deleted } of videos)
    if (confirmed && !deleted && !jobs.some((job) => job.id === encodeJobId(id as VideoId, generation)))
      add(`video ${id}`, `has no job of generation ${generation}`);
  for (const folder of evidence.scratch) add(folder, "is in the scratch, and nobody works in it");
  for (const pid of evidence.programs) add(`process ${pid}`, "is at work in the scratch");
  return found;
}

/** Every object that is neither the file of a video that lives nor output of the run that a READY one shows. */
function garbage({ videos, objects }: Evidence): string[] {
  const live = new Set<string>();
  const output = new Set<string>();
  for (const video of videos.filter(({ deleted }) => !deleted)) {
    const [tenant, id] = [video.tenant as TenantId, video.id as VideoId];
    live.add(sourceObjectKey(tenant, id));
    if (video.status === "READY") output.add(runPrefix(tenant, id, video));
  }
  return [...objects.keys()].filter(
    (key) => !live.has(key) && !output.has(/^tenants\/\d+\/videos\/\d+\/g\d+\/a\d+\//.exec(key)?.[0] ?? ""),
  );
}

import {
  encodeJobId,
  isFinalStatus,
  type JobId,
  jobRef,
  legacyProgressKey,
  masterPlaylistKey,
  progressKey,
  runPrefix,
  sourceObjectKey,
  statusKey,
  type TenantId,
  type VideoId,
  videoPrefix,
  videoRef,
} from "@lectern/keys";
import type { Evidence, JobFacts, VideoFacts } from "./evidence.ts";
import type { Confirmed } from "./teacher.ts";

export interface Violation {
  /** `leaked`: something is kept under a tenant whose it is not, or shown to it. */
  readonly promise: "lost" | "published_twice" | "left_over" | "leaked";
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
  const byVideo = groupByVideo(evidence);
  const found = evidence.videos
    .filter((video) => video.confirmed)
    .flatMap((video) => [
      ...lost(video, evidence, asked.get(video.id)),
      ...publishedTwice(video, byVideo),
      ...shownOtherwise(video, evidence, byVideo),
    ]);
  return [...gone, ...found, ...leftOver(evidence, byVideo), ...leaked(evidence)];
}

/** What belongs to each video, found once: of thousands, each looking through everything would take minutes. */
interface ByVideo {
  /** By the prefix of the video's objects. */
  readonly masters: ReadonlyMap<string, readonly string[]>;
  readonly readied: ReadonlyMap<number, readonly unknown[]>;
  readonly jobs: ReadonlyMap<number, readonly JobFacts[]>;
}

function groupByVideo({ objects, history, jobs }: Evidence): ByVideo {
  const masters = [...objects.keys()].filter((key) => key.endsWith("/master.m3u8"));
  return {
    masters: Map.groupBy(masters, (key) => /^tenants\/\d+\/videos\/\d+\//.exec(key)?.[0] ?? ""),
    readied: Map.groupBy(
      history.filter(({ status }) => status === "READY"),
      ({ videoId }) => videoId,
    ),
    jobs: Map.groupBy(jobs, ({ videoId }) => videoId),
  };
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
  const [tenant, id] = [video.tenant as TenantId, video.id as VideoId];
  const source = sourceObjectKey(tenant, id);
  if (video.status === "FAILED") {
    if (!objects.has(source)) return [violation(`is FAILED without its file ${source}`)];
    if (isPoisoned(video) || (asked?.outcome === "cancelled" && video.errorCode === "CANCELLED")) return [];
    return [violation(`is FAILED as ${video.errorCode}, and its file is good`)];
  }
  if (asked?.outcome === "cancelled") return [violation("was cancelled and is READY")];
  const listed = receipts.get(video.id);
  const missing = [source, masterPlaylistKey(tenant, id, video)].filter((key) => !objects.has(key));
  return [
    ...missing.map((key) => violation(`is READY without ${key}`)),
    ...(listed === undefined ? [violation("is READY without a receipt")] : []),
    ...(listed ?? [])
      .filter(({ key, size }) => objects.get(key) !== size)
      .map(({ key, size }) => violation(`is READY, but ${key} has ${objects.get(key) ?? "no"} bytes of ${size}`)),
  ];
}

function publishedTwice(video: VideoFacts, byVideo: ByVideo): Violation[] {
  const violation = (why: string): Violation => ({ promise: "published_twice", what: `video ${video.id}`, why });
  const [tenant, id] = [video.tenant as TenantId, video.id as VideoId];
  const masters = byVideo.masters.get(videoPrefix(tenant, id)) ?? [];
  const times = byVideo.readied.get(video.id)?.length ?? 0;
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
function shownOtherwise(video: VideoFacts, { shownVideos, shownJobs }: Evidence, { jobs }: ByVideo): Violation[] {
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
  for (const job of jobs.get(video.id) ?? []) {
    const ofJob = shownJobs.get(job.id);
    compare(`job ${job.id}`, `${job.status} ${job.version}`, `${ofJob?.status} ${ofJob?.version}`);
  }
  return found;
}

function leftOver(evidence: Evidence, byVideo: ByVideo): Violation[] {
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
    if (
      confirmed &&
      !deleted &&
      !byVideo.jobs.get(id)?.some((job) => job.id === encodeJobId(id as VideoId, generation))
    )
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

/** No object, key or receipt of a video is another tenant's, and no key is without a tenant. */
function leaked({ videos, jobs, objects, receipts, keys }: Evidence): Violation[] {
  const tenants = [...new Set(videos.map(({ tenant }) => tenant as TenantId))];
  const owners = new Map(videos.map(({ id, tenant }) => [id, tenant]));
  const subjectsFor = (tenant: TenantId) => [
    ...videos.map((video) => ({ owner: video.tenant, subject: videoRef(tenant, video.id as VideoId) })),
    ...jobs.map((job) => ({ owner: job.tenant, subject: jobRef(tenant, job.id as JobId) })),
  ];
  const foreignKeys = tenants.flatMap((tenant) =>
    subjectsFor(tenant)
      .flatMap(({ owner, subject }) => [
        ...(owner === tenant ? [] : [statusKey(subject), progressKey(subject)]),
        legacyProgressKey(subject),
      ])
      .filter((key) => keys.has(key)),
  );
  const foreignObjects = [...objects.keys()].filter((key) => {
    const { tenant, video } = /^tenants\/(?<tenant>\d+)\/videos\/(?<video>\d+)\//.exec(key)?.groups ?? {};
    const owner = owners.get(Number(video));
    return owner !== undefined && owner !== Number(tenant);
  });
  const foreignParts = videos.flatMap((video) => {
    const own = videoPrefix(video.tenant as TenantId, video.id as VideoId);
    return (receipts.get(video.id) ?? []).filter(({ key }) => !key.startsWith(own)).map(({ key }) => key);
  });
  const foreignJobs = jobs.filter(({ tenant, videoId }) => (owners.get(videoId) ?? tenant) !== tenant);
  return [
    ...new Set([...foreignKeys, ...foreignObjects, ...foreignParts, ...foreignJobs.map(({ id }) => `job ${id}`)]),
  ].map((what) => ({ promise: "leaked", what, why: "is not where its tenant's belongs" }));
}

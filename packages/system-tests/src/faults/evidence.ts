import { existsSync, readdirSync, readlinkSync } from "node:fs";
import path from "node:path";
import {
  ENCODE_QUEUE,
  type JobId,
  jobRef,
  readSnapshots,
  receiptKey,
  type Snapshot,
  type TenantId,
  type VideoId,
  videoRef,
} from "@lectern/keys";
import { type JobType, Queue } from "bullmq";
import { type Change, readHistory } from "./history.ts";
import type { Scene } from "./scene.ts";

/** A video as the database has it. */
export interface VideoFacts {
  readonly id: number;
  readonly tenant: number;
  readonly status: string;
  readonly generation: number;
  readonly attempt: number;
  readonly version: number;
  readonly crashes: number;
  readonly hlsPath: string | null;
  readonly errorCode: string | null;
  readonly confirmed: boolean;
  readonly deleted: boolean;
}

export interface JobFacts {
  readonly id: string;
  readonly tenant: number;
  readonly videoId: number;
  readonly status: string;
  readonly version: number;
}

type Shown = Pick<Snapshot, "known" | "status" | "generation" | "version" | "hlsPath">;

/** Everything that the system holds, read past the services. */
export interface Evidence {
  readonly videos: readonly VideoFacts[];
  readonly jobs: readonly JobFacts[];
  /** Kind and video of each outbox row that is not delivered, but for sweeps that are not due. */
  readonly owed: readonly string[];
  readonly history: readonly Change[];
  /** What Redis shows of each video and job. */
  readonly shownVideos: ReadonlyMap<number, Shown>;
  readonly shownJobs: ReadonlyMap<string, Shown>;
  /** Ids of jobs that the queue has not done with, and their state. */
  readonly queued: readonly string[];
  /** Every object of the tenants: key and size. */
  readonly objects: ReadonlyMap<string, number>;
  /** What each receipt of a READY video lists: key and size. */
  readonly receipts: ReadonlyMap<number, readonly { readonly key: string; readonly size: number }[]>;
  /** Every key of the run's own Redis. */
  readonly keys: ReadonlySet<string>;
  /** Folders of runs. */
  readonly scratch: readonly string[];
  /** Programs at work in the scratch, by pid. */
  readonly programs: readonly number[];
}

const AT_ONCE = 16;
const QUEUED: readonly JobType[] = ["active", "wait", "prioritized", "delayed", "waiting-children"];

export async function gather(scene: Scene): Promise<Evidence> {
  const tenants = scene.teachers.map(({ tenant }) => tenant);
  const [{ rows: videos }, { rows: jobs }, { rows: owed }] = await Promise.all([
    scene.database.query<VideoFacts>(
      `SELECT id::float8 AS id, tenant_id::float8 AS tenant, status, generation, attempt, version, crashes,
         hls_path AS "hlsPath", error_code AS "errorCode", uploaded_at IS NOT NULL AS confirmed,
         deleted_at IS NOT NULL AS deleted
       FROM videos ORDER BY id`,
    ),
    scene.database.query<JobFacts>(
      `SELECT job_id AS id, tenant_id::float8 AS tenant, video_id::float8 AS "videoId", status, version
       FROM jobs ORDER BY video_id, generation`,
    ),
    scene.database.query<{ what: string }>(
      `SELECT concat(kind, ' of video ', video_id) AS what FROM outbox
       WHERE delivered_at IS NULL AND (kind <> 'sweep' OR lease_until <= now()) ORDER BY id`,
    ),
  ]);
  const shown = await readSnapshots(scene.redis, [
    ...videos.map(({ tenant, id }) => videoRef(tenant as TenantId, id as VideoId)),
    ...jobs.map(({ tenant, id }) => jobRef(tenant as TenantId, id as JobId)),
  ]);
  const nothing: Shown = { known: false, status: "", generation: null, version: null, hlsPath: null };
  return {
    videos,
    jobs,
    owed: owed.map(({ what }) => what),
    history: await readHistory(scene.database),
    shownVideos: new Map(videos.map(({ id }, index) => [id, shown[index] ?? nothing])),
    shownJobs: new Map(jobs.map(({ id }, index) => [id, shown[videos.length + index] ?? nothing])),
    queued: await queuedJobs(scene),
    objects: await objectsOf(scene, tenants),
    receipts: await receiptsOf(scene, videos),
    keys: await keysOf(scene),
    scratch: scratchOf(scene.system.scratchDir),
    programs: programsIn(scene.system.scratchDir),
  };
}

/** The jobs that wait or are at work; what is completed or failed is merely kept by the queue. */
export async function queuedJobs({ redis }: Scene): Promise<string[]> {
  const queue = new Queue(ENCODE_QUEUE, { connection: redis, skipVersionCheck: true });
  queue.on("error", () => {});
  const found = await Promise.all(
    QUEUED.map(async (state) => (await queue.getRanges([state], 0, -1)).map((id) => `${id} (${state})`)),
  );
  await queue.close();
  return found.flat();
}

async function keysOf({ redis }: Scene): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const page of redis.scanStream({ count: 1_000 })) for (const key of page as string[]) keys.add(key);
  return keys;
}

async function objectsOf({ store }: Scene, tenants: readonly number[]): Promise<Map<string, number>> {
  const objects = new Map<string, number>();
  for (const tenant of tenants)
    for await (const { key, size } of store.list(`tenants/${tenant}/`)) objects.set(key, size);
  return objects;
}

async function receiptsOf({ store }: Scene, videos: readonly VideoFacts[]): Promise<Evidence["receipts"]> {
  const receipts = new Map<number, readonly { key: string; size: number }[]>();
  const ready = videos.filter(({ status }) => status === "READY");
  for (let start = 0; start < ready.length; start += AT_ONCE)
    await Promise.all(
      ready.slice(start, start + AT_ONCE).map(async (video) => {
        const key = receiptKey(video.tenant as TenantId, video.id as VideoId, video);
        const answer = await fetch(await store.presignGet(key, { expiresSeconds: 60 }));
        const text = await answer.text();
        if (answer.status !== 200) return;
        receipts.set(video.id, (JSON.parse(text) as { objects: { key: string; size: number }[] }).objects);
      }),
    );
  return receipts;
}

/** The folders of runs: each process has one, and in it one a run. */
export function scratchOf(dir: string): string[] {
  return foldersIn(dir).flatMap((owner) => foldersIn(path.join(dir, owner)).map((run) => path.join(owner, run)));
}

/** Those of one process. */
export function runsOf(dir: string, pid: number): string[] {
  return scratchOf(dir).filter((run) => run.includes(`.${pid}.`));
}

/** None where the folder is gone by now. */
function foldersIn(dir: string): string[] {
  try {
    const entries = readdirSync(dir, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Looked up in /proc; where the system has none, there is nothing to be seen. */
export function programsIn(dir: string): number[] {
  if (!existsSync("/proc/self")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(dir);
      } catch {
        return false;
      }
    })
    .map(Number);
}

import type { Client } from "../client.ts";
import type { Evidence, VideoFacts } from "./evidence.ts";
import type { Violation } from "./invariants.ts";
import type { Scene } from "./scene.ts";

/** As many as one batch takes; of the jobs, which are asked for one by one, fewer. */
const VIDEOS_A_TENANT = 100;
const JOBS_A_TENANT = 10;

/** Asks progress-service over HTTP for a sample of each tenant's videos and jobs: what it says is what the database says, and a stranger hears nothing. */
export async function toldOtherwise({ teachers }: Scene, { videos, jobs }: Evidence): Promise<Violation[]> {
  const found = await Promise.all(
    teachers.map(async (teacher, index) => {
      const live = videos.filter((each) => each.tenant === teacher.tenant && each.confirmed && !each.deleted);
      const sample = spreadOver(live, VIDEOS_A_TENANT);
      const ids = new Set(live.map(({ id }) => id));
      const ownJobs = spreadOver(
        jobs.filter(({ videoId }) => ids.has(videoId)),
        JOBS_A_TENANT,
      );
      const stranger = teachers[(index + 1) % teachers.length];
      return [
        ...(await videosOf(teacher, sample)),
        ...(await Promise.all(ownJobs.map((job) => jobOf(teacher, job)))).flat(),
        ...(stranger === undefined || stranger === teacher ? [] : await shownToStranger(stranger, sample)),
      ];
    }),
  );
  return found.flat();
}

async function videosOf(teacher: Client, sample: readonly VideoFacts[]): Promise<Violation[]> {
  if (sample.length === 0) return [];
  const { status, body } = await teacher.batchProgress(sample.map(({ id }) => id));
  if (status !== 200) return [untrue(`tenant ${teacher.tenant}`, "200", String(status))];
  return sample.flatMap((row, index) => {
    const told = body[index];
    const expected = `${row.status} ${row.generation}.${row.version} ${row.hlsPath} ${row.errorCode}`;
    const heard = `${told?.status} ${told?.generation}.${told?.version} ${told?.hls_path} ${told?.error_code}`;
    return expected === heard ? [] : [untrue(`video ${row.id}`, expected, heard)];
  });
}

async function jobOf(teacher: Client, job: Evidence["jobs"][number]): Promise<Violation[]> {
  const { status, body } = await teacher.jobProgress(job.id);
  const [expected, heard] = [`200 ${job.status} ${job.version}`, `${status} ${body.status} ${body.version}`];
  return expected === heard ? [] : [untrue(`job ${job.id}`, expected, heard)];
}

async function shownToStranger(stranger: Client, sample: readonly VideoFacts[]): Promise<Violation[]> {
  if (sample.length === 0) return [];
  const { body } = await stranger.batchProgress(sample.map(({ id }) => id));
  return sample
    .filter((_, index) => body[index]?.known !== false)
    .map(({ id }) => ({ promise: "leaked", what: `video ${id}`, why: `is shown to tenant ${stranger.tenant}` }));
}

function untrue(what: string, expected: string, heard: string): Violation {
  return { promise: "published_twice", what, why: `is ${expected}, and progress-service says ${heard}` };
}

/** Evenly spread over the list, at most so many. */
function spreadOver<T>(list: readonly T[], most: number): T[] {
  const step = Math.max(1, list.length / most);
  return Array.from({ length: Math.min(most, list.length) }, (_, index) => list[Math.floor(index * step)] as T);
}
